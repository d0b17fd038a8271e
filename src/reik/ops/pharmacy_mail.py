"""`reik pharmacy-mail`: by which mailbox a care organisation writes to its pharmacies, and how they reach it (R23)."""

from __future__ import annotations

import argparse
import getpass
import sys

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.models import Organisation
from reik.medication.requests.letters import set_desk
from reik.medication.requests.rules import RequestRefused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--organisation", required=True, help="the care organisation that asks")
    parser.add_argument("--phone", required=True, help="the number at which pharmacies reach it")
    parser.add_argument(
        "--site", required=True, help="where pharmacies reach Reik, as https://reik.example.nl"
    )
    parser.add_argument("--by", help="who sets this (default: your user name)")


def command(options: argparse.Namespace) -> int:
    """The mailbox is read from standard input: it holds a password, which no command line should."""
    become(Role.WORKER)
    organisation = Organisation.objects.filter(name=options.organisation, kind="care").first()
    if organisation is None:
        raise RequestRefused("organisation", f"There is no care organisation called {options.organisation}.")
    if sys.stdin.isatty():
        mail = getpass.getpass("Mailbox (smtp://user:password@host:587/?from=reik@zorg.nl): ")
    else:
        mail = sys.stdin.readline()
    set_desk(
        organisation_id=organisation.id, phone=options.phone, site=options.site, mail=mail.strip(),
        by=options.by or getpass.getuser(), now=clock.now(),
    )  # fmt: skip
    print(
        f"{organisation.name} writes to its pharmacies from now on. Ask one something, and see whether it arrives."
    )
    return 0
