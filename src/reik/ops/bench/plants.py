"""Planted faults: a bench that cannot fail proves nothing."""

from __future__ import annotations

from reik.kernel.home import Home
from reik.ops.bench.world import superuser

KINDS = ("lose", "double", "late")

_TRIGGER = """
CREATE SEQUENCE bench_plant_number;
CREATE FUNCTION bench_plant() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    {act}
    RETURN NEW;
END $$;
CREATE TRIGGER bench_plant BEFORE INSERT ON kernel_outboxmessage FOR EACH ROW EXECUTE FUNCTION bench_plant();
"""
_ACTS = {
    # one message never gets into the outbox
    "lose": "IF nextval('bench_plant_number') = 3 THEN RETURN NULL; END IF;",
    # one message gets in twice, under two keys
    "double": """IF nextval('bench_plant_number') = 3 THEN
        INSERT INTO kernel_outboxmessage SELECT (jsonb_populate_record(NEW,
            jsonb_build_object('id', gen_random_uuid()))).*;
    END IF;""",
    # every message waits
    "late": "NEW.available_at := NEW.available_at + interval '{late_s} seconds';",
}


def plant(kind: str | None, home: Home, *, late_s: int = 5) -> None:
    """Plant a fault in the scratch database, before anything is due. `late_s`: later than the claim allows."""
    if kind is not None:
        with superuser(home) as admin:
            admin.execute(_TRIGGER.format(act=_ACTS[kind].format(late_s=late_s)).encode())
