"""Tours over a real Dask cluster: a scheduler and two workers, each a process of its own."""

from __future__ import annotations

import pytest

from reik.value.tours import factors, matrices
from reik.value.tours.dispensers import Terms, candidates
from reik.value.tours.spreading import spread
from reik.value.tours.whatif import whatif
from tests.pure.test_tours import a_day

pytestmark = pytest.mark.slow


def test_a_cluster_gives_the_plans_that_one_process_gives() -> None:
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: requirements/bench.txt")
    days = [a_day(seed, clients=12, nurses=4) for seed in (1, 2, 3)]
    travels = [matrices.for_day(day, factors.PUBLISHED) for day in days]
    chosen = {client for day in days for client in candidates(day.visits)}
    here = whatif(days, travels, chosen, Terms(), effort="quick", workers=1)
    pool = whatif(days, travels, chosen, Terms(), effort="quick", workers=2)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        address = cluster.scheduler_address
        there = whatif(days, travels, chosen, Terms(), effort="quick", scheduler=address)
        assert spread(abs, [3, -2, 1], scheduler=address) == [3, 2, 1]
    assert there == pool == here
