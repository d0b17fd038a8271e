"""Tables of dispensing, by subject."""

from reik.dispensing.models.absences import Absence, AbsenceLine, TakeAlong
from reik.dispensing.models.commands import DeviceCommand, DevicePlan
from reik.dispensing.models.devices import DeviceSecret, Dispenser
from reik.dispensing.models.givings import HandGiving
from reik.dispensing.models.ledger import DeviceConflict, DeviceEvent, RollStay
from reik.dispensing.models.moments import Mention, Moment

__all__ = [
    "Absence",
    "AbsenceLine",
    "DeviceCommand",
    "DeviceConflict",
    "DeviceEvent",
    "DevicePlan",
    "DeviceSecret",
    "Dispenser",
    "HandGiving",
    "Mention",
    "Moment",
    "RollStay",
    "TakeAlong",
]
