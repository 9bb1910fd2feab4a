"""Runs side by side: for each indicator, the values of every place by run, and differences with the first run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from agglo.contract import numerals
from agglo.contract.card import Card
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.indicators import Term, vocabulary
from agglo.contract.language import _
from agglo.runs import comparison
from agglo.runs.run import Run
from agglo.studies.report.maps import by_name
from agglo.studies.report.wording import cause
from agglo.territory.communes import Territory

Values = tuple[float | None, ...]
_NAMED = 5


@dataclass(frozen=True, slots=True)
class LabelledRun:
    """A run as one scenario of a report: the name people know it by, and its model's card."""

    label: str
    run: Run
    card: Card = field(default_factory=Card)


@dataclass(frozen=True, slots=True)
class Row:
    """One place (a commune, the territory, or one cause of change in it): a value by run."""

    key: str
    name: str
    values: Values

    @property
    def differences(self) -> Values:
        """Each run after the first, minus the first; on unrounded values, None where either is not known."""
        first, *others = self.values
        return tuple(None if one is None or first is None else one - first for one in others)

    @property
    def zero(self) -> bool:
        """Whether it is zero in every run; a value that is not known is not zero."""
        return all(value == 0 for value in self.values)


@dataclass(frozen=True)
class Compared:
    """One indicator over the runs. ``total`` is the territory's own value, None where no run gives it.

    ``causes`` are the territory's values by sector of the indicator.
    """

    term: Term
    year: int
    since: int | None
    qualities: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row | None
    sources: tuple[str, ...] = ()
    causes: tuple[Row, ...] = ()

    @property
    def unit(self) -> str:
        return self.term.unit

    @property
    def period(self) -> str:
        """The year it speaks of, or the years it is the mean of."""
        if self.since is None:
            return str(self.year)
        return _("yearly mean {since}-{year}").format(since=self.since, year=self.year)

    @cached_property
    def values(self) -> list[float | None]:
        """Every commune's value in every run."""
        return [value for row in self.rows for value in row.values]

    @cached_property
    def differences(self) -> list[float | None]:
        """Every commune's difference of every run with the first."""
        return [value for row in self.rows for value in row.differences]

    @property
    def differ(self) -> bool:
        """Whether any place or cause has another value in another run."""
        rows = [*self.rows, *self.causes, *([self.total] if self.total else [])]
        return any(value != row.values[0] for row in rows for value in row.values)

    @cached_property
    def decimals(self) -> int:
        """Decimals of all its figures."""
        return numerals.decimals_for([*self.values, *(self.total.values if self.total else ())])

    def figure(self, value: float | None, *, signed: bool = False) -> str:
        """One of its values or differences for a person; what is zero, and not nearly zero, reads ``0``."""
        return numerals.figure(value, self.decimals if value else 0, signed=signed)

    def quantity(self, value: float | None, *, signed: bool = False) -> str:
        """:meth:`figure` with its unit."""
        return numerals.quantity(value, self.unit, self.decimals if value else 0, signed=signed)


def check(runs: Sequence[LabelledRun], territory: Territory) -> None:
    """Refuse runs that cannot stand side by side on a territory; units and years are seen to by :func:`compare`.

    Raises
    ------
    InvalidInput
        No run, a label twice, a failed run, foreign places, or other places from one run to another; all are listed.
    """
    found = [] if runs else [Fault(_("report"), _("no run"), _("one run or more"))]
    labels = [one.label for one in runs]
    found += [
        Fault(label or _("label"), _("given {count} times").format(count=labels.count(label)), _("a label of its own"))
        for label in dict.fromkeys(labels)
        if labels.count(label) > 1 or not label.strip()
    ]
    known = {territory.siren, *territory.codes}
    for one in runs:
        if one.run.state != "finished":
            found.append(Fault(one.label, _("a failed run"), _("a finished run")))
        foreign = sorted({indicator.place for indicator in one.run.indicators} - known)
        if foreign:
            expected = _("places of {territory}").format(territory=territory.name)
            found.append(Fault(one.label, _some(foreign), expected, _("Give the territory the run was asked for.")))
    found += [fault for one in runs[1:] for fault in _other_places(runs[0], one)]
    if found:
        raise InvalidInput(_("These runs cannot be compared in one report."), found)


def _other_places(first: LabelledRun, other: LabelledRun) -> Iterator[Fault]:
    """Indicators that both runs give, but not for the same places."""
    here, there = _places(first.run), _places(other.run)
    for name in here:
        if name in there and here[name] != there[name]:
            yield Fault(
                f"{other.label}: {name}",
                _("other places: {places}").format(places=_some(sorted(here[name] ^ there[name]))),
                _("the places of {label}").format(label=first.label),
            )


def _places(run: Run) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in run.indicators:
        found.setdefault(one.name, set()).add(one.place)
    return found


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def compare(runs: Sequence[LabelledRun], territory: Territory) -> list[Compared]:
    """Every indicator of the runs, in the vocabulary's order.

    Raises
    ------
    InvalidInput
        The runs have no indicator in common, or the same one has another unit or year.
    """
    found: dict[str, list[comparison.Compared]] = {}
    for one in comparison.compare([labelled.run for labelled in runs]):
        found.setdefault(one.name, []).append(one)
    return [_compared(name, found[name], runs, territory) for name in vocabulary() if name in found]


def _compared(
    name: str, found: Sequence[comparison.Compared], runs: Sequence[LabelledRun], territory: Territory
) -> Compared:
    values = {(one.place, one.sector): one.values for one in found}
    unknown: Values = (None,) * len(runs)
    every = [one for labelled in runs for one in labelled.run.indicators if one.name == name]
    siren = territory.siren
    causes = dict.fromkeys(one.sector for one in every if one.sector and one.place == siren)
    return Compared(
        term=vocabulary()[name],
        year=found[0].year,
        since=found[0].since,
        qualities=tuple(dict.fromkeys(one.quality for one in every)),
        rows=tuple(Row(one.insee, one.name, values.get((one.insee, ""), unknown)) for one in by_name(territory)),
        total=Row(siren, territory.name, values[siren, ""]) if (siren, "") in values else None,
        sources=tuple(dict.fromkeys(one.source for one in every if one.source)),
        causes=tuple(Row(one, cause(one), values[siren, one]) for one in causes),
    )


def main_of(compared: Sequence[Compared]) -> Compared:
    """The indicator that leads: the first that differs between the runs, else the first."""
    return [*(one for one in compared if one.differ), *compared][0]
