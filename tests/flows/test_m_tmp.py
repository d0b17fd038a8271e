import time
from datetime import timedelta
from reik.kernel.home import Home as Installation
from reik.kernel.operations import mark_installation
from reik.kernel.database import Role, become
from reik.ops.database import as_owner
from reik.ops.demo import neighbourhood, care_paths
import pytest, cProfile, pstats, os
from django.db import connection
from collections import Counter

@pytest.mark.parametrize("days",[int(os.environ.get("DAYS","2"))])
def test_it(database, now, days):
    as_owner(lambda: mark_installation("demo", now)); become(Role.WORKER)
    spent = {}
    orig = care_paths.walk
    def timed(*a):
        t=time.process_time(); w=time.monotonic(); n=0
        prof=cProfile.Profile() if os.environ.get("PROF") else None
        cnt=Counter()
        def wrap(execute, sql, params, many, context):
            cnt["n"]+=1
            return execute(sql, params, many, context)
        with connection.execute_wrapper(wrap):
            if prof: prof.enable()
            orig(*a)
            if prof: prof.disable(); pstats.Stats(prof).sort_stats("cumulative").print_stats(45)
        spent["cpu"]=time.process_time()-t; spent["wall"]=time.monotonic()-w; spent["stmts"]=cnt["n"]
    care_paths.walk = timed
    t=time.process_time(); w=time.monotonic()
    neighbourhood.furnish(Installation.from_environment(), now, pace=60, say=lambda _: None, days=days)()
    print("TOTAL cpu", time.process_time()-t, "wall", time.monotonic()-w, "PATHS", spent)
    from tests.cast import rows
    print(rows("select state, count(*) from pathway_carepath group by 1 order by 1"))
    print(rows("select kind, owner_role, count(*), count(*) filter (where due_at<%s), min(due_at), max(due_at) from tasks_task where ended_at is null group by 1,2 order by 1", now) if True else 0)
    print(rows("select why, held_at is null, outcome, count(*) from pathway_evaluation group by 1,2,3 order by 1"))
