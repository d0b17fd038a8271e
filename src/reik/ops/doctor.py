"""`reik doctor`: looks whether everything works, and says of each fault what to do."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.ops.checkup import FAULT, look


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")


def command(options: argparse.Namespace) -> int:
    """0 when nothing is at fault (a warning is none), 1 otherwise. Raises HomeError when it cannot look at all."""
    become(Role.WORKER)
    lines = []
    for each in look(Home.from_environment()):
        lines.append(each)
        if not options.json:
            print(f"{each.state:<5}  {each.what}" + (f". {each.do}" if each.do else ""), flush=True)
    well = all(each.state != FAULT for each in lines)
    if options.json:
        print(json.dumps({"ok": well, "lines": [asdict(each) for each in lines]}))
    return 0 if well else 1
