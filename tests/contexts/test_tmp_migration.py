from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from reik.kernel.database import Role, become
from tests import cast

def test_minutes_become_seconds(database, now):
    cast.gather(now)
    become(Role.OWNER)
    ex = MigrationExecutor(connection)
    ex.migrate([("alerting", "0003_roles")])
    assert cast.rows("SELECT wait_min, repeat_min FROM alerting_arrangementstep ORDER BY position") == [(5, None), (10, None), (5, 5)]
    ex = MigrationExecutor(connection)
    ex.migrate([("alerting", "0005_old_promises_end")])
    assert cast.rows("SELECT wait_s, repeat_s FROM alerting_arrangementstep ORDER BY position") == [(300, None), (600, None), (300, 300)]
