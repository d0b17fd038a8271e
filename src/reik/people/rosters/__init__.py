"""Rosters: who may be called at which hour, told in patterns, exceptions, swaps and calendars."""

from reik.people.rosters.queries import OnDuty, absent_carers, last_resorts, on_duty

__all__ = ["OnDuty", "absent_carers", "last_resorts", "on_duty"]
