"""What people decided of alarms: confirmed, repaired, false."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

State = Literal["open", "confirmed", "repaired", "false"]
NEXT: Mapping[str, tuple[str, ...]] = {
    "open": ("confirmed", "repaired", "false"),
    "confirmed": ("repaired", "false"),
    "repaired": (),
    "false": (),
}
"""What may follow each state. A leak may be repaired without having been confirmed first: it was found and mended on
one visit. What is repaired or false is over; a leak that comes back is another alarm."""
_PREFIXES = ("pressure:", "flow:")


@dataclass(frozen=True, slots=True)
class Decision:
    """A row: alarm, state, the local day it was decided, and what was found there."""

    row: int
    alarm: str
    state: State
    day: "np.datetime64"
    pipe: str = ""
    flow_m3_h: float | None = None


def read_decisions(table: "pa.Table") -> tuple[tuple[Decision, ...], tuple[str, ...]]:
    """Decisions on alarms of this watch, in order of rows; and the other identifiers, which are another model's.

    Raises
    ------
    InvalidInput
        As for :func:`read_all`.
    """
    all_decisions = read_all(table)
    ours = tuple(one for one in all_decisions if one.alarm.startswith(_PREFIXES))
    return ours, tuple(sorted({one.alarm for one in all_decisions} - {one.alarm for one in ours}))


def read_all(table: "pa.Table") -> tuple[Decision, ...]:
    """All decisions, in order of rows.

    Raises
    ------
    InvalidInput
        Lists every fault: an unknown state, no date, a flow below zero, a state that cannot follow, dates backwards.
    """
    rows = table.to_pylist()
    faults = [fault for number, row in enumerate(rows, 1) for fault in _row_faults(number, row)]
    if faults:
        raise InvalidInput(_("These decisions cannot be used."), faults)
    found = tuple(_decision(number, row) for number, row in enumerate(rows, 1))
    faults = [fault for those in by_alarm(found).values() for fault in _order_faults(those)]
    if faults:
        raise InvalidInput(_("These decisions cannot be used."), faults)
    return found


def by_alarm(decisions: Sequence[Decision]) -> dict[str, list[Decision]]:
    """Decisions of each alarm, in order."""
    found: dict[str, list[Decision]] = {}
    for one in decisions:
        found.setdefault(one.alarm, []).append(one)
    return found


def unknown(decisions: Sequence[Decision], raised: "Mapping[str, np.datetime64]") -> list[Fault]:
    """Decisions on alarms that were never raised, or dated before the alarm was."""
    faults = []
    for one in decisions:
        where = _where(one.row, one.alarm)
        if one.alarm not in raised:
            repair = nearest(one.alarm, list(raised))
            faults.append(Fault(where, _("no such alarm"), _("an alarm of the table alarms"), repair))
        elif one.day < raised[one.alarm].astype("datetime64[D]"):
            limit = str(raised[one.alarm].astype("datetime64[D]"))
            faults.append(
                Fault(f"{where}, date", str(one.day), _("{date}, when it was raised, or later").format(date=limit))
            )
    return faults


def _decision(number: int, row: Mapping[str, Any]) -> Decision:
    import numpy as np

    day = np.datetime64(str(row["date"])[:10], "D")
    return Decision(number, row["id"], row["state"], day, row.get("pipe") or "", row.get("flow_m3_h"))


def _where(number: int, alarm: str | None) -> str:
    return _("decisions, row {row} ({alarm})").format(row=number, alarm=alarm or _("none"))


def _row_faults(number: int, row: Mapping[str, Any]) -> Iterator[Fault]:
    where = _where(number, row.get("id"))
    flow = row.get("flow_m3_h")
    if not row.get("id"):
        yield Fault(where, _("nothing"), _("the identifier of an alarm"))
    if row.get("state") not in NEXT:
        yield Fault(f"{where}, state", str(row.get("state")), ", ".join(NEXT))
    if row.get("date") is None:
        yield Fault(f"{where}, date", _("nothing"), _("the day of the decision"))
    if flow is not None and not (isfinite(flow) and flow >= 0):
        yield Fault(f"{where}, flow_m3_h", f"{flow:g}", _("0 or more"))


def _order_faults(those: Sequence[Decision]) -> Iterator[Fault]:
    state, day = "open", None
    for one in those:
        where = _where(one.row, one.alarm)
        if day is not None and one.day < day:
            yield Fault(f"{where}, date", str(one.day), _("{date} or later").format(date=day))
        if one.state not in NEXT[state] and not (one.state == state == "open"):
            may = ", ".join(NEXT[state]) or _("nothing: a leak that comes back is another alarm")
            yield Fault(f"{where}, state", _("{new} after {old}").format(new=one.state, old=state), may)
        state, day = one.state, one.day
