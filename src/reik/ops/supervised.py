"""What a forked child of the supervisor does before and after its own work."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from reik.ops.engines.process import die_with, open_log

_RESTORED = (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)


@dataclass(frozen=True, slots=True)
class Lifeline:
    """A pipe of which only the supervisor keeps the writing end: reading ends when it is gone."""

    reader: int
    writer: int
    grace: float

    def hold(self) -> None:
        """In the child: be gone `grace` seconds after the supervisor, also when SIGTERM did not help."""
        os.close(self.writer)
        threading.Thread(target=self._wait, name="lifeline", daemon=True).start()

    def _wait(self) -> None:
        os.read(self.reader, 1)
        time.sleep(self.grace)
        os.kill(os.getpid(), signal.SIGKILL)


def run_child(
    run: Callable[[], None], parent: int, log: Path, mask: Iterable[int], lifeline: Lifeline
) -> NoReturn:
    """Run `run` and leave with its exit code; never returns into the parent's code, whatever happens.

    To be called in the child with the stop signals blocked; `mask` is what was blocked before.
    """
    code = 1
    try:
        die_with(parent, signal.SIGTERM)
        signal.set_wakeup_fd(-1)
        for number in _RESTORED:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup's choice holds for the children too
                signal.signal(number, signal.SIG_DFL)
        # Ctrl-C goes to the whole foreground group; the supervisor ends its children in order.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _write_to(log)
        lifeline.hold()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        run()
        code = 0
    except SystemExit as leaving:
        code = _code_of(leaving)
    except BaseException:
        traceback.print_exc()
    finally:
        _leave(code)


def _write_to(log: Path) -> None:
    """Point the standard streams at the log, as descriptors too, for what is written from C."""
    nothing, handle = os.open(os.devnull, os.O_RDONLY), open_log(log)
    for source, target in ((nothing, 0), (handle, 1), (handle, 2)):
        os.dup2(source, target)
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115


def _code_of(leaving: SystemExit) -> int:
    if leaving.code is None:
        return 0
    if isinstance(leaving.code, int):
        return leaving.code & 0xFF
    print(leaving.code, file=sys.stderr)
    return 1


def _leave(code: int) -> NoReturn:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
