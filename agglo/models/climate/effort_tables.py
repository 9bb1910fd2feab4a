"""The answer of ``climate.effort``, laid out as tables and indicators."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from agglo.contract.columns import Columns
from agglo.contract.indicators import Indicator
from agglo.models.climate.index import HUNDRED, conditions, yearly_effort
from agglo.models.climate.nomenclature import ALL
from agglo.models.climate.pathway import Pivot
from agglo.models.climate.shares import Shares

EMISSIONS = "emissions"

_YEARS = ("reference_year", "year")

EFFORT: Columns = {
    **dict.fromkeys(("pathway", "edition", "status", "quantity", "group"), "text"),
    **dict.fromkeys(_YEARS, "year"),
    "share": "1",
    "index_then": "%",
    "index_target": "%",
    "yearly_effort": "%/yr",
    "yearly_effort_from_now": "%/yr",
}
CONDITIONS: Columns = {
    "pathway": "text",
    "edition": "text",
    "year": "year",
    "held_group": "text",
    "held_change": "1",
    "group": "text",
    "index_needed": "%",
    "feasible": "text",
    "index_alone": "%",
    "feasible_alone": "text",
    "missing": "%",
}


def is_shared(one: Pivot, shares: Shares) -> bool:
    """Whether the shares speak of the target: both are of emissions and of one reference year."""
    return one.quantity == EMISSIONS and one.reference_year == shares.reference_year


def is_under_way(one: Pivot, year: int) -> bool:
    """Whether effort is left in a year: the target is of emissions, its reference year is past and it is not due."""
    return one.quantity == EMISSIONS and (one.reference_year or one.year) <= year < one.year


def effort_rows(
    one: Pivot, shares: Shares, *, since_year: int | None, index_now: float | None
) -> Iterator[dict[str, Any]]:
    """The effort a target asks for: in all, then by group if all groups reduce alike.

    The effort that is left is in all only: ``index_now`` [%] is the observed index of all emissions in ``since_year``.
    """
    start = one.reference_year or one.year
    rate = yearly_effort(HUNDRED, HUNDRED * (1 + one.value), one.year - start)
    left = None
    if since_year is not None and index_now is not None and is_under_way(one, since_year):
        left = yearly_effort(index_now, HUNDRED * (1 + one.value), one.year - since_year)
    parts = {ALL: shares.total} | dict(shares.by_group) if is_shared(one, shares) else {ALL: 1.0}
    for group, share in parts.items():
        then = HUNDRED if group == ALL else HUNDRED * share
        yield {
            **{name: getattr(one, name) for name in ("pathway", "edition", "status", "quantity", *_YEARS)},
            "group": group,
            "share": share,
            "index_then": then,
            "index_target": then + then * one.value,
            "yearly_effort": rate,
            "yearly_effort_from_now": left if group == ALL else None,
        }


def condition_rows(
    one: Pivot, shares: Shares, held_groups: Iterable[str], held_parts: Iterable[float]
) -> Iterator[dict[str, Any]]:
    """What the others must reach if a group does ``held_parts`` [1] of the change that is asked of the total."""
    if not is_shared(one, shares):
        return
    words = {True: "yes", False: "no"}
    for group in dict.fromkeys(held_groups):
        for part in dict.fromkeys(held_parts) if group in shares.by_group else ():
            for found in conditions(shares.by_group, one.value, group, part * one.value + 0.0):
                yield {
                    **{name: getattr(one, name) for name in ("pathway", "edition", "year")},
                    **{name: getattr(found, name) for name in ("held_group", "held_change", "group")},
                    "index_needed": found.index_needed,
                    "feasible": words[found.index_needed >= 0],
                    "index_alone": found.index_alone,
                    "feasible_alone": words[found.index_alone >= 0],
                    "missing": found.missing,
                }


def indicators(targets: Sequence[Pivot], rows: Sequence[Mapping[str, Any]], shares: Shares) -> Iterator[Indicator]:
    """Efforts by target year; the index to reach is under the sector ``target``, since nobody observed it.

    The sector is empty for all groups together, else the group; energy, and a second pathway of one year, are named.
    """
    labels = _labels(targets)
    for row in rows:
        label = labels[row["pathway"], row["edition"], row["quantity"], row["year"]]
        group = "" if row["group"] == ALL else row["group"]
        made = {"place": shares.place, "year": row["year"], "since": row["reference_year"]}
        yield Indicator(
            name="climate.required-effort",
            value=row["yearly_effort"],
            unit="%/yr",
            sector=" ".join(filter(None, (label, group))),
            quality="assumed" if group else "declared",
            source=f"{_source(targets, row)}; {shares.source}" if group else _source(targets, row),
            **made,
        )
        if not group and row["quantity"] == EMISSIONS:
            yield Indicator(
                name="climate.emissions-index",
                value=row["index_target"],
                unit="%",
                sector=" ".join(filter(None, ("target", label))),
                quality="declared",
                source=_source(targets, row),
                **made,
            )


def _labels(targets: Sequence[Pivot]) -> dict[tuple[str, str, str, int], str]:
    """What tells a target from the others of its year: nothing where it is the only one of emissions."""
    found = {}
    for one in targets:
        rivals = {(two.pathway, two.edition) for two in targets if (two.quantity, two.year) == (one.quantity, one.year)}
        name = f"{one.pathway} {one.edition}" if len(rivals) > 1 else ""
        quantity = "" if one.quantity == EMISSIONS else one.quantity
        found[one.pathway, one.edition, one.quantity, one.year] = " ".join(filter(None, (name, quantity)))
    return found


def _source(targets: Sequence[Pivot], row: Mapping[str, Any]) -> str:
    names = ("pathway", "edition", "quantity", "year")
    return next(one.source for one in targets if all(getattr(one, name) == row[name] for name in names))
