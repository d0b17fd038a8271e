"""`reik bench planning`: a planning export of N visits, read by a mapping, judged and written as rows; and its preview.

The file is made up: workers with 16 visits a day, clients that come back, one row in a thousand that cannot be. It is
read the way `reik planning FILE --organisation` reads it, in this process, into a database that is thrown away.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.ops.bench import figures as fig
from reik.ops.bench.figures import Claim, Figures, at_least_one, number, say
from reik.ops.bench.scene import set_scene
from reik.value.planning.guessing import guess
from reik.value.planning.reading import first_rows, preview, read_planning
from reik.value.planning.sheets import open_sheet
from reik.value.planning.whole import take_whole

GOAL_S, GOAL_VISITS, GOAL_PREVIEW_S, GOAL_MB = 60.0, 1_000_000, 3.0, 1000
WORKERS, EACH_DAY = 800, 16
HEADER = "Cliëntnummer;Datum;Begintijd;Duur;Medewerker;Team;Uursoort;Breedtegraad;Lengtegraad\n"
CODES = ("MED", "ADL", "MED+ADL", "WOND")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--visits", type=at_least_one, default=GOAL_VISITS, help="rows (default 1,000,000)")
    parser.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="reik-bench-") as folder, set_scene() as scene:
        file = Path(folder) / "planning.csv"
        say(f"writing {options.visits} rows ...")
        wrong = write_export(file, options.visits, options.seed)
        become(Role.WORKER)
        measured = _measured(file, scene.tenants[0].id)
    measured |= {"refused_wrongly": abs(number(measured, "refused") - wrong), "rows": options.visits}
    return fig.report(measured, _claims())


def _measured(file: Path, organisation_id: object) -> Figures:
    began = time.perf_counter()
    sheet = open_sheet(file)
    lot = first_rows(sheet)
    mapping, _ = guess(sheet.header, lot[1])
    preview(sheet, lot, mapping)
    looked, used = time.perf_counter(), time.process_time()
    say("reading ...")
    reading = read_planning(sheet, mapping)
    read = time.perf_counter()
    say("writing the visits ...")
    take_whole(organisation_id, file, reading, mapping, anonymous=True, by="bench", now=clock.now())  # type: ignore[arg-type]
    done = time.perf_counter()
    return {
        "visits": reading.visits.height, "seconds": round(done - looked, 2), "refused": len(reading.refused),
        "preview_s": round(looked - began, 3), "read_s": round(read - looked, 2), "write_s": round(done - read, 2),
        "own_cpu_s": round(time.process_time() - used, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
    }  # fmt: skip


def write_export(file: Path, rows: int, seed: int) -> int:
    """Write a made-up export; gives how many of its rows are impossible."""
    chance, day, made, wrong = random.Random(seed), date(2026, 1, 5), 0, 0
    with file.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        while made < rows:
            for worker in range(min(WORKERS, -(-(rows - made) // EACH_DAY))):
                begins = 7 * 60
                for stop in range(min(EACH_DAY, rows - made)):
                    client = (worker * EACH_DAY + stop * 7) % 9000
                    lasts = chance.choice((5, 10, 10, 15, 25, 40))
                    said = "-5" if made % 1000 == 999 else str(lasts)
                    wrong += said == "-5"
                    place = f"{52 + client % 100 / 500:.5f};{5 + client // 100 / 500:.5f}".replace(".", ",")
                    out.write(
                        f"{client};{day:%d-%m-%Y};{begins // 60:02}:{begins % 60:02};{said};M{worker};"
                        f"T{worker % 60};{chance.choice(CODES)};{place}\n"
                    )
                    made, begins = made + 1, begins + lasts + 6
            day += timedelta(days=1)
    return wrong


def _claims() -> list[Claim]:
    return [
        Claim("no good row is refused, and no bad one read", lambda f: number(f, "refused_wrongly") == 0),
        Claim(f"{GOAL_VISITS} visits in {GOAL_S:.0f} s or less",
              lambda f: number(f, "seconds") * GOAL_VISITS / max(number(f, "rows"), GOAL_VISITS) <= GOAL_S),
        Claim(f"a preview in {GOAL_PREVIEW_S:.0f} s or less", lambda f: number(f, "preview_s") <= GOAL_PREVIEW_S),
        Claim(f"{GOAL_MB} MB or less", lambda f: number(f, "peak_mb") <= GOAL_MB),
    ]  # fmt: skip
