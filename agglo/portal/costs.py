"""What computations cost in all, as a person may know it: groups are of what they may read; the rest is one sum."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agglo.contract import numerals
from agglo.contract.language import _
from agglo.footprint.factors import load
from agglo.footprint.green_algorithms import equivalences
from agglo.footprint.record import STATUSES
from agglo.store.workspace import Workspace
from agglo.trust.access import filters
from agglo.trust.access.people import Person

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

GROUPS = ("model", "month", "project")
OTHERS = "…"
"""The group of what a person may not read."""
_FIGURES = ("energy_kwh", "carbon_g", "embodied_g", "low_g", "high_g")
_COUNTS = ("entries", "checks", "bounded", *STATUSES)


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a group: sums leave out what is unknown, and are None where nothing is known.

    ``low_g`` and ``high_g`` [gCO2e] are of the ``bounded`` entries alone; ``counts`` are entries by status of their
    footprint, checks, and entries in all.
    """

    group: str
    energy_kwh: float | None = None
    carbon_g: float | None = None
    embodied_g: float | None = None
    low_g: float | None = None
    high_g: float | None = None
    counts: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0))

    def plus(self, other: "Cost") -> "Cost":
        sums = {name: _sum(getattr(self, name), getattr(other, name)) for name in _FIGURES}
        counts = {name: self.counts[name] + other.counts[name] for name in _COUNTS}
        return Cost(self.group, **sums, counts=counts)


def _sum(one: float | None, other: float | None) -> float | None:
    return one if other is None else other if one is None else one + other


def groups(workspace: Workspace, person: Person, by: str) -> list[Cost]:
    """Costs by one of :data:`GROUPS`, largest first (months: latest first), then what the person may not read."""
    from sqlalchemy import false, func, not_

    readable = filters.runs(filters.reader(workspace, person))
    found: dict[str, Cost] = {}
    for row in [*_of_runs(workspace, by, readable), *_of_declarations(workspace, by)]:
        found[row.group] = found[row.group].plus(row) if row.group in found else row
    if by == "month":
        ordered = sorted(found.values(), key=lambda one: one.group, reverse=True)
    else:
        ordered = sorted(found.values(), key=lambda one: (-(one.carbon_g or 0.0), one.group))
    hidden = Cost(OTHERS)
    for row in _of_runs(workspace, by, not_(func.coalesce(readable, false()))):
        hidden = hidden.plus(row)
    return [*ordered, *([hidden] if hidden.counts["entries"] else [])]


def total(found: list[Cost]) -> Cost:
    """The sum of groups."""
    whole = Cost("")
    for one in found:
        whole = whole.plus(one)
    return whole


def _of_runs(workspace: Workspace, by: str, condition: "ColumnElement[bool]") -> list[Cost]:
    from sqlalchemy import case, func, literal, select

    from agglo.store.tables import runs as table

    at = table.c
    known: dict[str, Any] = {
        "entries": func.count(),
        "checks": func.sum(at.checks),
        "bounded": func.count(at.carbon_low_g),
        "energy_kwh": func.sum(at.energy_kwh),
        "carbon_g": func.sum(at.carbon_g),
        "embodied_g": literal(None),
        "low_g": func.sum(at.carbon_low_g),
        "high_g": func.sum(at.carbon_high_g),
        "more_kwh": func.sum(at.checks_energy_kwh),
        "more_g": func.sum(at.checks_carbon_g),
        **{status: func.sum(case((at.footprint_status == status, 1), else_=0)) for status in STATUSES},
    }
    column = func.substr(at.finished, 1, 7) if by == "month" else _column(table, by)
    question = select(column.label("group"), *(one.label(name) for name, one in known.items()))
    rows = workspace.index.rows(question.where(condition).group_by(column))
    return [_cost(dict(row), row["more_kwh"], row["more_g"]) for row in rows]


def _of_declarations(workspace: Workspace, by: str) -> list[Cost]:
    from sqlalchemy import func, select

    from agglo.store.tables import declarations as table

    at = table.c
    known: dict[str, Any] = {
        "entries": func.count(),
        **{name: func.sum(at[name]) for name in ("energy_kwh", "carbon_g", "embodied_g")},
    }
    column = _column(table, by)
    question = select(column.label("group"), *(one.label(name) for name, one in known.items())).group_by(column)
    empty: dict[str, Any] = {"checks": 0, "bounded": 0, "low_g": None, "high_g": None, **dict.fromkeys(STATUSES, 0)}
    rows = [dict(row) for row in workspace.index.rows(question)]
    return [_cost({**empty, **row, "declared": row["entries"]}) for row in rows]


def _column(table: "Table", by: str) -> "ColumnElement[Any]":
    from sqlalchemy import func

    return func.coalesce(table.c[by], "")


def _cost(row: Mapping[str, Any], more_kwh: float | None = None, more_g: float | None = None) -> Cost:
    figures = {name: row[name] for name in _FIGURES}
    figures["energy_kwh"] = _sum(figures["energy_kwh"], more_kwh)
    figures["carbon_g"] = _sum(figures["carbon_g"], more_g)
    return Cost(str(row["group"]), **figures, counts={name: int(row[name] or 0) for name in _COUNTS})


def rows(found: list[Cost]) -> list[list[str]]:
    """Rows of a table of groups: name, energy, greenhouse gases, low to high, entries, how much is known."""
    most_kwh = max((one.energy_kwh or 0.0 for one in found), default=0.0)
    most_g = max((one.high_g or one.carbon_g or 0.0 for one in found), default=0.0)
    return [
        [
            name_of(one),
            numerals.scaled(one.energy_kwh, "kWh", like=most_kwh),
            numerals.scaled(one.carbon_g, "gCO2e", like=most_g),
            spread(one, most_g),
            numerals.number(one.counts["entries"]),
            coverage(one),
        ]
        for one in found
    ]


def name_of(one: Cost) -> str:
    """What a group is called."""
    return _("others, not public") if one.group == OTHERS else one.group or _("not said")


def spread(one: Cost, like_g: float | None = None) -> str:
    """Low to high greenhouse gases of a group, of those entries that have bounds."""
    if one.low_g is None or one.high_g is None:
        return _("no bounds kept")
    low, high = (numerals.scaled(value, "gCO2e", like=like_g) for value in (one.low_g, one.high_g))
    return _("{low} to {high}").format(low=low, high=high)


def coverage(one: Cost) -> str:
    """How much of a group is known, in words; a status that nothing has is not said."""
    said = {
        "measured": _("{count} measured"),
        "partial": _("{count} measured in part"),
        "declared": _("{count} declared"),
        "unknown": _("{count} not known"),
    }
    parts = [
        said[status].format(count=numerals.number(one.counts[status])) for status in STATUSES if one.counts[status]
    ]
    return ", ".join(parts) or "–"


def everyday(carbon_g: float | None) -> list[str]:
    """An emission [gCO2e] in everyday words; nothing where it is not known."""
    if not carbon_g:
        return []
    same = equivalences(carbon_g, load())
    said = [
        _("what an average European car emits over {distance}").format(distance=distance(same["car_km"])),
        _("what one tree takes from the air in {time}").format(time=duration(same["tree_years"])),
    ]
    if same["flights_paris_london"] >= 0.01:
        flights = numerals.significant(same["flights_paris_london"], 2)
        said.append(_("{count} flights from Paris to London, for one passenger").format(count=flights))
    return said


def distance(km: float) -> str:
    """A length [km] in the unit that suits it.

    >>> distance(0.0005), distance(12.3)
    ('50\\xa0cm', '12\\xa0km')
    """
    unit, factor = next(
        (step for step in (("km", 1.0), ("m", 1e-3), ("cm", 1e-5)) if abs(km) >= step[1]), ("mm", 1e-6)
    )  # fmt: skip
    return f"{numerals.significant(km / factor, 2)}{numerals.NO_BREAK_SPACE}{unit}"


def duration(years: float) -> str:
    """A time [yr] in the unit that suits it."""
    steps = (
        (1.0, _("{count} years")),
        (1 / 12, _("{count} months")),
        (1 / 365.25, _("{count} days")),
        (1 / 8766, _("{count} hours")),
        (1 / 525960, _("{count} minutes")),
    )
    size, words = next((step for step in steps if abs(years) >= 2 * step[0]), (1 / 31557600, _("{count} seconds")))
    return words.format(count=numerals.significant(years / size, 2))
