"""What people decided, in the terms of the search: leaks that are known, and the state of each leak found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agglo.contract.errors import Fault, nearest
from agglo.contract.language import _
from agglo.models.water.hydraulics.network import Network
from agglo.models.water.locating.found import Known
from agglo.models.water.locating.leak import Leak
from agglo.models.water.watching.decisions import Decision
from agglo.models.water.watching.evidence import parts

if TYPE_CHECKING:
    import numpy as np

MODEL = "model"
"""First word of the identifier of a leak found on the model: ``model:p257:2019-01-15T22``, its pipe and its start."""

Decided = Mapping[str, Sequence[Decision]]
"""Decisions by identifier, in order."""


def pipe_of(id: str, those: Sequence[Decision]) -> str:
    """The pipe of a leak that was decided on: the last one people gave, else that of its identifier."""
    given = next((one.pipe for one in reversed(those) if one.pipe), "")
    kind, pipe, _start = _parts(id)
    return given or (pipe if kind == MODEL else "")


def known(decided: Decided, zone: str) -> tuple[Known, ...]:
    """Leaks that people confirmed or repaired and whose pipe is known, in the order in which they were.

    What is decided on a day is known, or over, from the end of that day.
    """
    found = []
    for name, those in decided.items():
        if _kept(name, those):
            days = {one.state: instant_of(one.day + 1, zone) for one in reversed(those)}
            since = min(days[state] for state in ("confirmed", "repaired") if state in days)
            found.append(Known(pipe_of(name, those), since, days.get("repaired"), flow_of(those)))
    return tuple(sorted(found, key=lambda one: (one.since, one.pipe)))


def same(decided: Decided, pipe: str, since: "np.datetime64", names: Sequence[str], zone: str) -> str:
    """The identifier people decided on, of a leak that the search now names otherwise: its pipe is the one they gave.

    ``names`` are those of leaks that are found under their own; the leak must not start after the decision. Empty where
    there is none.
    """
    for name, those in decided.items():
        fits = name not in names and _kept(name, those) and pipe_of(name, those) == pipe
        if fits and since <= instant_of(those[0].day + 1, zone):
            return name
    return ""


def flow_of(those: Sequence[Decision]) -> float | None:
    """The last flow that people gave [m3/h]."""
    return next((one.flow_m3_h for one in reversed(those) if one.flow_m3_h is not None), None)


def faults(decided: Decided, network: Network) -> Iterator[Fault]:
    """Pipes that are not in the network, identifiers that cannot be read, decisions before the leak started."""
    import numpy as np

    pipes = network.of_kind("pipe")
    for name, those in decided.items():
        kind, own, start = _parts(name)
        where = _("decisions, row {row} ({leak})").format(row=those[0].row, leak=name)
        for one in those:
            if one.pipe and one.pipe not in pipes:
                pipe = _("decisions, row {row} ({leak}), pipe").format(row=one.row, leak=name)
                yield Fault(pipe, one.pipe, _("a pipe of the network"), nearest(one.pipe, pipes))
        if name.split(":", 1)[0] != MODEL:
            continue
        if kind != MODEL or start is None or np.isnat(start):
            yield Fault(where, _("an identifier that cannot be read"), _("a leak of the table leaks"))
        elif own not in pipes:
            yield Fault(where, own, _("a pipe of the network"), nearest(own, pipes))
        elif those[0].day < start.astype("datetime64[D]"):
            expected = _("{date}, when the leak started, or later").format(date=start.astype("datetime64[D]"))
            yield Fault(where, str(those[0].day), expected)


def with_decisions(leaks: Sequence[Leak], decided: Decided) -> list[Leak]:
    """Leaks found on the model with the state, pipe and flow that people gave them.

    One that people confirmed or repaired and that is not found any more (what is known changes what is found) keeps its
    row, from their decisions.
    """
    found = [_decided(one, decided[one.id]) if one.id in decided else one for one in leaks]
    names = {one.id for one in leaks}
    left = {name: those for name, those in decided.items() if name not in names and _kept(name, those)}
    return found + [_from_decisions(name, those) for name, those in left.items()]


def lost(leaks: Sequence[Leak], decided: Decided) -> list[str]:
    """Identifiers of the model that people decided on and that are not in the table any more."""
    names = {one.id for one in leaks}
    return [name for name in decided if name.startswith(f"{MODEL}:") and name not in names]


def instant_of(local: "np.datetime64", zone: str) -> "np.datetime64":
    """The instant (UTC, seconds) of a time on the clock of ``zone``; the first of two in autumn.

    >>> import numpy as np
    >>> str(instant_of(np.datetime64("2025-07-01T02"), "Europe/Paris"))
    '2025-07-01T00:00:00'
    """
    import numpy as np

    moment: datetime = local.astype("datetime64[s]").astype(object)
    there = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return np.datetime64(there.replace(tzinfo=None), "s")


def _kept(id: str, those: Sequence[Decision]) -> bool:
    states = {one.state for one in those}
    return bool(pipe_of(id, those)) and "false" not in states and bool(states & {"confirmed", "repaired"})


def _decided(one: Leak, those: Sequence[Decision]) -> Leak:
    given, flow = next((row.pipe for row in reversed(those) if row.pipe), ""), flow_of(those)
    state = those[-1].state if those[-1].state != "open" else one.state
    one = replace(one, state=state)
    if flow is not None:
        one = replace(one, flow=(flow, flow, flow), quality="measured")
    if given:
        one = replace(one, pipe=given, probability=None)
    return one


def _from_decisions(id: str, those: Sequence[Decision]) -> Leak:
    flow = flow_of(those)
    _kind, _pipe, start = _parts(id)
    day = str(those[0].day)
    return Leak(
        id=id,
        method="decisions",
        state=those[-1].state if those[-1].state != "open" else "confirmed",
        since=f"{start}:00" if start is not None and "T" in str(start) else f"{start or day}T00:00",
        found=f"{day}T00:00",
        flow=None if flow is None else (flow, flow, flow),
        pipe=pipe_of(id, those),
        quality="measured",
    )


def _parts(id: str) -> "tuple[str, str, np.datetime64 | None]":
    """Kind, name and start of an identifier; nothing where it is one of people's own.

    The rank of a second leak of one pipe and hour is no part of the name of the pipe.
    """
    try:
        kind, name, start = parts(id)
    except ValueError:
        return "", "", None
    pipe, _colon, rank = name.rpartition(":")
    return kind, pipe if kind == MODEL and pipe and rank.isdigit() else name, start
