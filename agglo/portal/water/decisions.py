"""What people decide of an alarm, kept as a new version of the dataset ``water-decisions`` of its network."""

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.catalogue.datasets import Dataset
from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import _, in_language
from agglo.portal import adding
from agglo.portal.visits import Visit
from agglo.portal.water.networks import Network
from agglo.runs import aside
from agglo.store import locks
from agglo.trust.access import reading

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA = "water-decisions"
FIELDS = ("id", "state", "date", "pipe", "flow_m3_h", "note")
NEXT: Mapping[str, tuple[str, ...]] = {
    "open": ("confirmed", "repaired", "false"),
    "confirmed": ("repaired", "false"),
    "repaired": (),
    "false": (),
}
"""What may be decided after each decision; the model of alarms refuses anything else."""
LONGEST = {"pipe": 80, "note": 500}
_LICENCE = "Licence Ouverte 2.0"


@dataclass(frozen=True, slots=True)
class Decision:
    """A row to add."""

    id: str
    state: str
    date: datetime.date
    pipe: str = ""
    flow_m3_h: float | None = None
    note: str = ""

    @property
    def row(self) -> dict[str, Any]:
        return {name: getattr(self, name) or None for name in FIELDS} | {"flow_m3_h": self.flow_m3_h}


def held(visit: Visit, network: Network) -> list[Mapping[str, Any]]:
    """The decisions kept for a network that the visitor may read, in their order."""
    dataset = _dataset(visit, network)
    return [] if dataset is None else list(dataset.table().to_pylist())


def last_of(rows: Sequence[Mapping[str, Any]], alarm: str) -> Mapping[str, Any] | None:
    """The last decision on an alarm."""
    return next((row for row in reversed(rows) if row["id"] == alarm), None)


def allowed(rows: Sequence[Mapping[str, Any]], alarm: str) -> tuple[str, ...]:
    """The states that may be decided now."""
    last = last_of(rows, alarm)
    return NEXT[str(last["state"])] if last else NEXT["open"]


def read(
    form: Mapping[str, str], alarm: str, states: Sequence[str], *, first: datetime.date | None, last: datetime.date
) -> Decision:
    """The decision that a form holds; ``first`` and ``last`` bound its day.

    Raises
    ------
    InvalidInput
        Every fault is listed.
    """
    faults: list[Fault] = []
    typed = {name: form.get(name, "").strip() for name in FIELDS}
    if typed["state"] not in states:
        faults.append(Fault("state", typed["state"][:40] or _("nothing"), _("one of the list")))
    day = _day(typed["date"], first, last, faults)
    flow = _flow(typed["flow_m3_h"], faults)
    for name, most in LONGEST.items():
        if len(typed[name]) > most:
            got = _("{count} characters").format(count=len(typed[name]))
            faults.append(Fault(name, got, _("at most {count}").format(count=most)))
    if faults or day is None:
        raise InvalidInput(_("This decision is not complete."), faults)
    return Decision(alarm, typed["state"], day, typed["pipe"], flow, typed["note"])


def _day(text: str, first: datetime.date | None, last: datetime.date, faults: list[Fault]) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        faults.append(Fault("date", text[:40] or _("nothing"), _("a day, such as 2026-11-24")))
        return None
    if first is not None and day < first:
        faults.append(Fault("date", text, _("{date}, when it was raised, or later").format(date=first.isoformat())))
    if day > last:
        faults.append(Fault("date", text, _("today or earlier")))
    return day


def _flow(text: str, faults: list[Fault]) -> float | None:
    if not text:
        return None
    try:
        flow = float(text.replace("\u202f", "").replace("\u00a0", "").replace(",", "."))
    except ValueError:
        flow = math.nan
    if not (math.isfinite(flow) and flow >= 0):
        faults.append(Fault("flow_m3_h", text[:40], _("a number, 0 or more")))
        return None
    return flow


def keep(visit: Visit, network: Network, decision: Decision) -> str:
    """Add a decision to those kept: the reference of the new version. The right to add it was checked.

    Raises
    ------
    InvalidInput
        Decisions are kept that the visitor may not read, or the decision cannot follow the last one.
    TooMany
        Another file is being read.
    """
    name = network.decisions
    with locks.hold(visit.workspace.lock(f"decisions-{name}")), aside.folder(visit.workspace) as folder:
        before = _dataset(visit, network)
        if before is None and (visit.workspace.datasets / name).exists():
            raise InvalidInput(
                _("You may not read the decisions that are kept, so that yours cannot be added to them."),
                repair=_("Ask a steward to let you read the dataset {name}.").format(name=name),
            )
        table = before.table() if before else None
        if decision.state not in allowed(table.to_pylist() if table is not None else [], decision.id):
            got = _("somebody decided meanwhile")
            raise InvalidInput(_("This decision is not complete."), [Fault("state", got, _("one of the list"))])
        file = _written(folder / f"{name}.parquet", table, decision)
        described = _described(network, before)
        return adding.add(visit.workspace, file, actor=visit.person.id, described=described)[0]


def _dataset(visit: Visit, network: Network) -> Dataset | None:
    try:
        found = reading.dataset(visit.workspace, visit.person, network.decisions)
    except NotFound:
        return None
    return found if found.schema_name == SCHEMA else None


def _written(path: Path, before: "pa.Table | None", decision: Decision) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"date": pa.date32(), "flow_m3_h": pa.float64()}
    own = pa.schema([(name, kinds.get(name, pa.string())) for name in FIELDS])
    added = pa.Table.from_pylist([decision.row], schema=own)
    whole = added if before is None else pa.concat_tables([before, added], promote_options="permissive")
    pq.write_table(whole.replace_schema_metadata(None), path)
    return path


def _described(network: Network, before: Dataset | None) -> dict[str, str]:
    """As the version before is described, else after the network."""
    if before is not None:
        held_as = before.description
        keys = ("title", "licence", "source", "owner", "attribution")
        texts = {key: held_as.get(key) or "" for key in keys}
        said = {key: in_language(one) if isinstance(one, Mapping) else str(one) for key, one in texts.items()}
    else:
        said = {
            "title": _("{network}: decisions about alarms").format(network=network.title),
            "licence": network.licence or _LICENCE,
            "source": _("recorded in the portal, after what was found on the spot"),
            "owner": network.owner or network.title,
            "attribution": "",
        }
    return {"name": network.decisions, "schema": SCHEMA, **said}
