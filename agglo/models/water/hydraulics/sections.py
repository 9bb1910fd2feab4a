"""Each section of an EPANET file read into one draft, with what is wrong in it."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isnan
from typing import Literal

from agglo.contract.errors import nearest
from agglo.contract.language import _
from agglo.models.water.hydraulics import words
from agglo.models.water.hydraulics.inp import Faults, Row

_CLOCK = re.compile(r"(\d+):(\d{1,2})(?::(\d{1,2}))?")
_SECONDS = {"SEC": 1, "MIN": 60, "HOU": 3600, "DAY": 86400}
_TIMED = ("DURATION", "HYDRAULIC", "PATTERN", "REPORT")


@dataclass(slots=True)
class DraftLink:
    """A link as its row says, in the file's units; ``setting`` is NaN where there is none."""

    row: Row
    length: float = 0.0
    diameter: float = float("nan")
    roughness: float = float("nan")
    valve: str = ""
    setting: float = float("nan")
    closed: bool = False
    one_way: bool = False


@dataclass(slots=True)
class Draft:
    """What was read so far; numbers are in the file's units. ``rows`` are by section, in the file's order."""

    rows: dict[str, list[Row]]
    nodes: dict[str, Row] = field(default_factory=dict)
    links: dict[str, DraftLink] = field(default_factory=dict)
    patterns: dict[str, list[float]] = field(default_factory=dict)
    curves: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    demands: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    replaced: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    coordinates: dict[str, tuple[float, float]] = field(default_factory=dict)
    controlled: set[str] = field(default_factory=set)
    ruled: set[str] = field(default_factory=set)
    emitters: set[str] = field(default_factory=set)
    times: dict[str, int] = field(default_factory=lambda: {"DURATION": 0, "PATTERN": 3600})
    options: dict[str, float] = field(default_factory=lambda: {"SPECIFIC": 1.0, "DEMAND": 1.0, "EMITTER": 0.5})
    flow_unit: str = "GPM"
    pressure_asked: str = ""
    default_pattern: str = "1"

    @property
    def metric(self) -> bool:
        return self.flow_unit not in words.CUSTOMARY

    @property
    def m_per_length(self) -> float:
        return 1.0 if self.metric else words.M_PER_FOOT

    @property
    def m_per_diameter(self) -> float:
        return 0.001 if self.metric else words.M_PER_INCH

    @property
    def pressure_unit(self) -> Literal["PSI", "METERS", "KPA"]:
        """EPANET holds to psi where flows are customary, whatever is asked; kPa is taken where they are metric."""
        if not self.metric:
            return "PSI"
        return "KPA" if self.pressure_asked == "KPA" else "METERS"

    def setting_unit(self, valve: str) -> float:
        """One metre (PRV, PSV, PBV) or m3/h (FCV) in the file's unit; 1 for others."""
        if valve in ("PRV", "PSV", "PBV"):
            psi = words.PSI_PER_FOOT / words.M_PER_FOOT
            unit = {"METERS": 1.0, "PSI": psi, "KPA": psi * words.KPA_PER_PSI}[self.pressure_unit]
            return unit * self.options["SPECIFIC"]
        return 1 / words.FLOW_UNITS_M3_H[self.flow_unit] if valve == "FCV" else 1.0

    def demands_of(self, node: str) -> list[tuple[float, str]]:
        """Base demand and pattern of a node; rows of [DEMANDS] take the place of the demand in [JUNCTIONS]."""
        found = self.replaced.get(node) or self.demands.get(node, [])
        default = self.default_pattern if self.default_pattern in self.patterns else ""
        return [(base, pattern or default) for base, pattern in found]


def read(rows: Iterable[Row], faults: Faults) -> Draft:
    """The draft of all rows. Sections come in any order in a file: names are looked up once all are read."""
    by_section: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_section[row.section].append(row)
    draft = Draft(dict(by_section))
    _read_options(draft, faults)
    _read_times(draft, faults)
    _read_nodes(draft, faults)
    _read_pipes(draft, faults)
    _read_pumps(draft, faults)
    _read_valves(draft, faults)
    _read_series(draft, faults)
    _read_coordinates(draft, faults)
    return draft


def _read_options(draft: Draft, faults: Faults) -> None:
    for row in draft.rows.get("OPTIONS", []):
        first, last = row.word(0), len(row.cells) - 1
        if first == "UNITS" and last:
            draft.flow_unit = row.word(1)
            if draft.flow_unit not in words.FLOW_UNITS_M3_H:
                known = ", ".join(words.FLOW_UNITS_M3_H)
                faults.add(row, f'"{row.cell(1)}"', known, nearest(draft.flow_unit, list(words.FLOW_UNITS_M3_H)))
                draft.flow_unit = "CMH"
        elif first == "PRESSURE" and row.word(1) != "EXPONENT":
            draft.pressure_asked = row.word(1)
        elif first == "PATTERN" and last:
            draft.default_pattern = row.cell(1)
        elif first == "SPECIFIC" or (first, row.word(1)) in {("DEMAND", "MULTIPLIER"), ("EMITTER", "EXPONENT")}:
            draft.options[first] = faults.number(row, last, above_zero=True)


def _read_times(draft: Draft, faults: Faults) -> None:
    for row in draft.rows.get("TIMES", []):
        first, second = row.word(0), row.word(1)
        if first == "DURATION" or (first in _TIMED and second == "TIMESTEP"):
            draft.times[first] = _seconds(row, 1 if first == "DURATION" else 2, faults)


def _seconds(row: Row, at: int, faults: Faults) -> int:
    """A time as EPANET writes it: hours, hours:minutes[:seconds], or a number and its unit."""
    clock = _CLOCK.fullmatch(row.cell(at))
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return 3600 * hours + 60 * minutes + seconds
    value = faults.number(row, at)
    unit = _SECONDS.get(row.word(at + 1)[:3], 3600)
    return round(value * unit) if not isnan(value) else 3600


def _read_nodes(draft: Draft, faults: Faults) -> None:
    for section in ("JUNCTIONS", "RESERVOIRS", "TANKS"):
        for row in draft.rows.get(section, []):
            name = row.cell(0)
            faults.number(row, 1, default=0.0 if section == "JUNCTIONS" else None)
            if section == "TANKS":
                for at in (2, 3, 4, 6):
                    faults.number(row, at, default=0.0)
                faults.number(row, 5, above_zero=not row.cell(7) and len(row.cells) > 3, default=0.0)
            if section == "JUNCTIONS" and row.cell(2):
                draft.demands[name] = [(faults.number(row, 2), row.cell(3))]
            if name in draft.nodes:
                faults.add(
                    row, f'"{name}"', _("a name used once, also on line {line}").format(line=draft.nodes[name].line)
                )
            else:
                draft.nodes[name] = row


def _twice(row: Row, first: Row, faults: Faults) -> None:
    faults.add(row, f'"{row.cell(0)}"', _("a name used once, also on line {line}").format(line=first.line))


def _add_link(draft: Draft, faults: Faults, link: DraftLink) -> None:
    name, held = link.row.cell(0), draft.links.get(link.row.cell(0))
    if held:
        _twice(link.row, held.row, faults)
    draft.links.setdefault(name, link)


def _read_pipes(draft: Draft, faults: Faults) -> None:
    for row in draft.rows.get("PIPES", []):
        length, diameter, rough = (faults.number(row, at, above_zero=True) for at in (3, 4, 5))
        status = row.word(6) if row.word(6) in (*words.STATUSES, "CV") else row.word(7)
        if not (row.cell(6) == "" or row.word(6) in (*words.STATUSES, "CV")):
            faults.number(row, 6)
        if status not in ("", "CV", *words.STATUSES):
            faults.add(row, f'"{status}"', "OPEN, CLOSED, CV")
        closed, one_way = status == "CLOSED", status == "CV"
        _add_link(draft, faults, DraftLink(row, length, diameter, rough, closed=closed, one_way=one_way))


def _read_pumps(draft: Draft, faults: Faults) -> None:
    """A pump's parameters are pairs of a word and a value (the bare numbers of EPANET 1 are refused)."""
    for row in draft.rows.get("PUMPS", []):
        for at in range(3, len(row.cells), 2):
            if row.word(at) not in words.PUMP_WORDS:
                faults.add(row, f'"{row.cell(at)}"', ", ".join(words.PUMP_WORDS))
        _add_link(draft, faults, DraftLink(row, one_way=True))


def _read_valves(draft: Draft, faults: Faults) -> None:
    for row in draft.rows.get("VALVES", []):
        kind = row.word(4)
        if kind not in words.VALVE_KINDS:
            faults.add(row, f'"{row.cell(4)}"', ", ".join(words.VALVE_KINDS))
        setting = float("nan") if kind == "GPV" else faults.number(row, 5)
        faults.number(row, 6, default=0.0)
        diameter, one_way = faults.number(row, 3, above_zero=True), kind in words.ONE_WAY
        _add_link(draft, faults, DraftLink(row, 0.0, diameter, valve=kind, setting=setting, one_way=one_way))


def _read_series(draft: Draft, faults: Faults) -> None:
    for row in draft.rows.get("PATTERNS", []):
        held = draft.patterns.setdefault(row.cell(0), [])
        held.extend(faults.number(row, at) for at in range(1, len(row.cells)))
        if len(row.cells) < 2:
            faults.add(row, _("nothing"), _("a number in column {rank}").format(rank=2))
    for row in draft.rows.get("CURVES", []):
        draft.curves.setdefault(row.cell(0), []).append((faults.number(row, 1), faults.number(row, 2)))


def _read_coordinates(draft: Draft, faults: Faults) -> None:
    for row in draft.rows.get("COORDINATES", []):
        draft.coordinates[row.cell(0)] = (faults.number(row, 1), faults.number(row, 2))
