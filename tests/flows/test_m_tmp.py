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
    from reik.ops.demo import care_paths_steps as st, care_paths_use as us, care_paths_beside as be
    per = Counter(); cpu=Counter()
    depth=[0]
    def count(mod, name):
        f=getattr(mod,name)
        def g(*a,**k):
            c=[0]
            def w2(execute, sql, params, many, context):
                c[0]+=1; return execute(sql, params, many, context)
            t0=time.process_time()
            with connection.execute_wrapper(w2):
                r=f(*a,**k)
            per[name]+=c[0]; cpu[name]+=time.process_time()-t0
            return r
        setattr(mod,name,g)
    for n in ("indicate","measure","assess","choose","share_out","ask","agree","order","deliver","install","open_door","teach","write_in_care_plan"): count(st,n)
    for n in ("_wind_down","_sign_loads","_evaluate","_report","_resist","_stop"): count(us,n)
    for n in ("_rehearse","_move","_agree_terms"): count(care_paths,n)
    count(be,"begin")
    t=time.process_time(); w=time.monotonic()
    neighbourhood.furnish(Installation.from_environment(), now, pace=60, say=lambda _: None, days=days)()
    print("TOTAL cpu", time.process_time()-t, "wall", time.monotonic()-w, "PATHS", spent)
    from tests.cast import rows
    print(sorted(per.items(), key=lambda x:-x[1])); print({k:round(v,2) for k,v in cpu.items()})
    print(rows("select state, count(*) from pathway_carepath group by 1 order by 1"))
    print(rows("select kind, owner_role, count(*), count(*) filter (where due_at<%s), min(due_at), max(due_at) from tasks_task where ended_at is null group by 1,2 order by 1", now) if True else 0)
    print(rows("select why, held_at is null, outcome, count(*) from pathway_evaluation group by 1,2,3 order by 1"))
