"""`reik account found|add|invite|end|list`: who may log in. Adding and inviting print a link that works once."""

from __future__ import annotations

import argparse
import os
from uuid import UUID

from reik.kernel import clock, operations, queries
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.login import accounts
from reik.kernel.login.accounts import ROLES
from reik.kernel.login.refusals import AccountRefused
from reik.people import leaving, places


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="found|add|invite|end|list")
    found = what.add_parser("found", help="an organisation whose people will log in")
    found.add_argument("name")
    found.add_argument("--kind", default="care", choices=("care", "pharmacy", "centre", "supplier"))
    add = what.add_parser("add", help="a new account; prints its invitation")
    add.add_argument("username", help="what she types when she logs in with a password")
    add.add_argument("--name", required=True, help="her name, as colleagues read it")
    add.add_argument(
        "--organisation", required=True, help="name or id of the organisation that she works for"
    )
    add.add_argument("--role", required=True, choices=ROLES)
    add.add_argument(
        "--team", action="append", default=[], help="name of a team that she works in; may be repeated"
    )
    add.add_argument(
        "--carer", type=UUID, help="for an informal carer: the id of who she is in the client's file"
    )
    invite = what.add_parser("invite", help="a new link for an account; the one before is void")
    invite.add_argument("username")
    invite.add_argument("--lost", action="store_true", help="what she had is lost: it opens nothing any more")
    end = what.add_parser("end", help="close an account and all that it opens")
    end.add_argument("username")
    listed = what.add_parser("list", help="who may log in, and how")
    listed.add_argument("--organisation", help="only of this one")
    for each in (add, invite):
        each.add_argument(
            "--site", help="address of the site in the link (default: REIK_SITE, or where it runs)"
        )


def command(options: argparse.Namespace) -> int:
    """0 when it was done; raises AccountRefused, which changes nothing."""
    become(Role.WORKER)
    {"found": _found, "add": _add, "invite": _invite, "end": _end, "list": _list}[options.what](options)
    return 0


def _found(options: argparse.Namespace) -> None:
    if queries.organisations_named(options.name):
        raise AccountRefused(f"There is an organisation {options.name!r} already: add accounts to it.")
    made = operations.found_organisation(name=options.name, kind=options.kind, now=clock.now())
    print(f"{made.id}  {made.name}")


def _add(options: argparse.Namespace) -> None:
    organisation_id, now = _organisation(options.organisation), clock.now()
    _id, token = places.take_on(
        organisation_id=organisation_id, username=options.username, name=options.name, role=options.role,
        teams=options.team, carer_id=options.carer, by="administrator", now=now,
    )  # fmt: skip
    _print_link(options, token)


def _invite(options: argparse.Namespace) -> None:
    token = accounts.invite(
        _account(options.username), by="administrator", now=clock.now(), lost=options.lost
    )
    _print_link(options, token)


def _print_link(options: argparse.Namespace, token: str) -> None:
    running = Home.from_environment().runtime()
    here = running.web.replace("//127.0.0.1", "//localhost") if running else "http://localhost:8000"
    site = (
        options.site or os.environ.get("REIK_SITE") or here
    )  # a passkey belongs to a name, never to a number
    print(f"{site.rstrip('/')}/welkom/{token}")
    print("Works once, for 72 hours. Give it to her in person or by a way that only she reads.")


def _end(options: argparse.Namespace) -> None:
    left = leaving.end_account(_account(options.username), clock.now())
    print(
        f"Closed. {left.tokens} tokens and the notifications on {left.phones} phones ended; all sessions too."
    )
    if left.codes:
        print("She saw these house codes, which still open a door. Have them changed:")
    for each in left.codes:
        print(f"  {each.client_id}  {each.how}  last seen {each.shown_at:%Y-%m-%d}")


def _list(options: argparse.Namespace) -> None:
    organisation_id = _organisation(options.organisation) if options.organisation else None
    for each in accounts.accounts_of(organisation_id, clock.now()):
        state = (
            "closed" if not each.active else each.ways or ("invited" if each.invited_until else "no way in")
        )
        last = f"{each.last_in:%Y-%m-%d %H:%M}" if each.last_in else "never in"
        print(f"{each.username:<24} {each.role:<15} {state:<13} {last:<17} {each.name} ({each.organisation})")


def _organisation(named: str) -> UUID:
    found = queries.organisations_named(named)
    if len(found) != 1:
        many = "More than one" if found else "No"
        raise AccountRefused(f"{many} organisation is called {named!r}: give its name as it is, or its id.")
    return found[0]


def _account(username: str) -> UUID:
    found = accounts.find(username)
    if found is None:
        raise AccountRefused("There is no such account: `reik account list` names them.")
    return found
