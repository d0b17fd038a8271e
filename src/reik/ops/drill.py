"""`reik drill`: a fire drill of follow-up routes; everybody of them is really called, marked as a drill (N12)."""

from __future__ import annotations

import argparse
import getpass
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from reik.alerting.drills.holding import DrillRefused, hold
from reik.alerting.drills.routes_in_use import routes_in_use
from reik.alerting.drills.rules import ON_DEMAND
from reik.alerting.drills.seen import DrillSeen, RouteSeen, drill, drills_by_id, routes_now
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.models import Organisation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--organisation", required=True, help="name or id of the care organisation")
    parser.add_argument(
        "--route", help="only this route: VERSION:NUMBER as --list gives it (default: every route)"
    )
    parser.add_argument(
        "--list", action="store_true", help="list the routes with their newest drill; call nobody"
    )
    parser.add_argument("--report", type=UUID, help="how this drill went; call nobody")


def command(options: argparse.Namespace) -> int:
    """Prints JSON. 0: begun, listed or reported; 1: every asked route has a drill that runs already."""
    become(Role.WORKER)
    now = clock.now()
    organisation = _organisation(options.organisation)
    if options.report:
        seen = drill(options.report, [organisation.id], now)
        if seen is None:
            raise DrillRefused(
                "There is no such drill of this organisation: --list gives the newest of each route."
            )
        _print(told(seen))
        return 0
    if options.list:
        _print([_route(each) for each in routes_now([organisation.id])])
        return 0
    begun = hold(_asked(organisation.id, options.route), why=ON_DEMAND, by=getpass.getuser(), now=now)
    _print([told(each) for each in drills_by_id(begun, now)])
    return 0 if begun else 1


def _organisation(said: str) -> Organisation:
    rows = Organisation.objects.all()
    try:
        found = rows.filter(id=UUID(said)).first()
    except ValueError:
        found = rows.filter(name=said).first()
    if found is None:
        raise DrillRefused(f"There is no organisation {said!r}: give its name or its id.")
    return found


def _asked(organisation_id: UUID, said: str | None) -> Sequence[tuple[UUID, int]]:
    held = [(each.arrangement_id, each.number) for each in routes_in_use([organisation_id])]
    if not held:
        raise DrillRefused("This organisation has no follow-up arrangement yet: agree one first.")
    if said is None:
        return held
    wanted = [each for each in held if f"{each[0]}:{each[1]}" == said]
    if not wanted:
        raise DrillRefused(f"There is no route {said!r} in use: --list gives them.")
    return wanted


def told(seen: DrillSeen) -> dict[str, object]:
    """A drill as JSON: per step its verdict and each call with seconds from sending; nothing of a client."""
    return {
        "drill": str(seen.id), "route": f"{seen.arrangement_id}:{seen.route}", "why": seen.why, "by": seen.by,
        "started_at": seen.started_at.isoformat(), "ends_at": seen.ends_at.isoformat(),
        "ended_at": _iso(seen.ended_at), "passed": seen.passed,
        "steps": [
            {
                "position": step.position, "action": step.action, "responder": step.responder,
                "deadline_s": step.wait_s, "verdict": step.verdict.value, "to_do": step.to_do,
                "calls": [
                    {
                        "channel": call.channel, "due_at": call.due_at.isoformat(), "sent_at": _iso(call.sent_at),
                        "delivered_s": call.delivered_s, "failed": call.failed, "answered_s": call.answered_s,
                        "answered_by": call.answered_by, "not_sent": call.reason,
                    }
                    for call in step.calls
                ],
            }
            for step in seen.steps
        ],
    }  # fmt: skip


def _route(seen: RouteSeen) -> dict[str, object]:
    found = asdict(seen)
    del found["client_id"], found["arrangement_id"], found["number"]
    return {
        "route": f"{seen.arrangement_id}:{seen.number}",
        "of": "client" if seen.client_id else "organisation",
        **{key: _iso(value) if isinstance(value, datetime) else value for key, value in found.items()},
        "last_id": str(seen.last_id) if seen.last_id else None,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _print(said: object) -> None:
    print(json.dumps(said, indent=2, ensure_ascii=False))
