"""Many days at once: over the machine's cores, or over a Dask cluster where one is set."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

from reik.value.tours.problem import TourRefused

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


def spread(
    work: Callable[[Asked], Answered],
    tasks: Sequence[Asked],
    *,
    workers: int | None = None,
    scheduler: str = "",
    told: Callable[[int], None] | None = None,
) -> list[Answered]:
    """The answers, in the order of the tasks. `workers`: processes (default: all cores). `scheduler`: of Dask.

    `told` hears after each task how many are done; of Dask it hears nothing.

    Raises TourRefused when Dask is asked for and is not installed or does not answer.
    """
    if scheduler and len(tasks) > 1:
        return _by_dask(work, tasks, scheduler)
    count = min(len(tasks), workers or os.cpu_count() or 1)
    if count <= 1:
        return _counted(map(work, tasks), told)
    # A process that was forked beside the database's threads may hang: each begins afresh, from a clean server.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["reik.value.tours.solving"])
    with ProcessPoolExecutor(count, mp_context=context) as pool:
        return _counted(pool.map(work, tasks), told)


def _counted(answers: Iterable[Answered], told: Callable[[int], None] | None) -> list[Answered]:
    found: list[Answered] = []
    for each in answers:
        found.append(each)
        if told:
            told(len(found))
    return found


def _by_dask(work: Callable[[Asked], Answered], tasks: Sequence[Asked], scheduler: str) -> list[Answered]:
    try:
        from dask.distributed import Client  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise TourRefused(
            "REIK_DASK_SCHEDULER is set, but Dask is not installed: `pip install distributed`, or leave it out."
        ) from None
    try:
        client: Any = Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:
        raise TourRefused(
            f"The Dask scheduler {scheduler} does not answer ({error}): look at its address."
        ) from None
    with client:
        return list(client.gather(client.map(work, list(tasks), pure=False)))
