"""What a proof leaves behind, read from the sink and the tables: who was heard of, who was wrongly called missed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from reik.ops.bench import arrivals as reading
from reik.ops.bench.figures import Claim, Figures, number, percentile, say
from reik.ops.bench.scene import Scene
from reik.ops.bench.world import Device, superuser


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """Counts over one proof. Times are seconds from a moment's own deadline to its first arrival at the sink."""

    alerts: int
    lost: int
    duplicate_alerts: int
    repeated_messages: int
    false_missed: int
    unknown_alerts: int  # about sachets that were taken out, while Reik could not know
    bad_signatures: int
    p50_s: float | None
    p99_s: float | None
    last_s: float | None

    def figures(self) -> Figures:
        return asdict(self)


def look_back(scene: Scene, *, missed: Sequence[Device], pressed: Sequence[Device]) -> Aftermath:
    """Ends the sink. `missed` must each have been heard of, `pressed` never as missed (perhaps as unknown)."""
    seen = reading.read(scene.arrivals(), scene.tenants)
    moments = reading.moments_by_name(scene.home, "now-1")
    expected = {moments[each.name][0]: moments[each.name][2] for each in missed}
    delays = [seen.first[id] - deadline for id, deadline in expected.items() if id in seen.first]
    for line in tell_lost(scene, expected.keys() - seen.first.keys()):
        say(line)
    right = {moments[each.name][0] for each in pressed}
    wrong = {id for id, outcome, _ in moments.values() if id in right and outcome != "in_time"}
    called = {id for id in right if seen.cause.get(id, "unknown") != "unknown"}
    return Aftermath(
        alerts=reading.count(scene.home, "SELECT count(*) FROM alerting_alert WHERE moment_id IS NOT NULL"),
        lost=len(expected) - len(delays),
        duplicate_alerts=seen.duplicates + double_alerts(scene),
        repeated_messages=seen.repeated,
        false_missed=len(wrong | called),
        unknown_alerts=len(right & seen.first.keys()),
        bad_signatures=seen.bad_signatures,
        p50_s=percentile(delays, 0.5),
        p99_s=percentile(delays, 0.99),
        last_s=percentile(delays, 1),
    )


def claims(*, latest_s: float) -> list[Claim]:
    """What must hold after every proof."""
    zero = ["lost", "duplicate_alerts", "false_missed", "bad_signatures"]
    return [
        *[Claim(f"{key} is 0", lambda f, key=key: number(f, key) == 0) for key in zero],  # type: ignore[misc]
        Claim(f"last_s is at most {latest_s} s", lambda f: number(f, "last_s") <= latest_s),
    ]


def double_alerts(scene: Scene) -> int:
    """Alerts beyond the first on one moment; the database refuses them, and here that is counted anyway."""
    return reading.count(
        scene.home,
        "SELECT coalesce(sum(n - 1), 0) FROM"
        " (SELECT count(*) AS n FROM alerting_alert WHERE moment_id IS NOT NULL"
        " GROUP BY moment_id HAVING count(*) > 1) AS double",
    )


def tell_lost(scene: Scene, moment_ids: Collection[str]) -> list[str]:
    """What the tables say of moments that never reached the sink: the first few, for whoever has to find out."""
    with superuser(scene.home) as admin:
        rows = admin.execute(
            "SELECT d.device, m.outcome, m.closed_as, m.verdict_reason, d.epoch, d.upto, d.highest, d.beat, d.beat_at,"
            " m.deadline_at, a.state, s.state, o.state, o.last_error FROM dispensing_moment AS m"
            " JOIN dispensing_dispenser AS d ON d.id = m.dispenser_id"
            " LEFT JOIN alerting_alert AS a ON a.moment_id = m.id"
            " LEFT JOIN alerting_step AS s ON s.alert_id = a.id AND s.position = 1"
            " LEFT JOIN kernel_outboxmessage AS o ON o.id = s.id WHERE m.id = ANY(%s::uuid[]) LIMIT 5",
            (list(moment_ids),),
        ).fetchall()
    return [f"lost: {row}" for row in rows]
