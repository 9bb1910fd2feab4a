"""Compare runs: the same indicators, place by place, and the differences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.indicators import Indicator
from agglo.contract.language import _
from agglo.runs.run import Run

Key = tuple[str, str, str]
"""Name, place and sector of an indicator."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One indicator in each of the runs compared, None where a run does not give it."""

    name: str
    place: str
    sector: str
    year: int
    since: int | None
    unit: str
    values: tuple[float | None, ...]

    @property
    def period(self) -> str:
        """The year, or the years it is the mean of."""
        return f"{self.since}-{self.year}" if self.since else str(self.year)

    @property
    def differences(self) -> tuple[float | None, ...]:
        """Each value less the first; None where one of the two is unknown."""
        first = self.values[0]
        return tuple(None if first is None or value is None else value - first for value in self.values)


def compare(runs: Sequence[Run]) -> list[Compared]:
    """The indicators of several runs side by side, in the order of name, sector, place and year.

    Raises
    ------
    InvalidInput
        A run failed, the runs have no indicator in common, or the same one has another unit or other years: each is
        named.
    """
    faults = [Fault(run.id, _("a failed run"), _("a finished run")) for run in runs if run.state != "finished"]
    by_run = [_by_key(run.indicators) for run in runs]
    together = sorted(set().union(*by_run), key=lambda key: (key[0], key[2], key[1]))
    faults += [fault for key in together for fault in _faults(key, by_run)]
    if not faults and not set.intersection(*(set(found) for found in by_run)):
        faults.append(Fault(_("indicators"), _("none in common"), _("runs that answer the same question")))
    if faults:
        raise InvalidInput(_("These runs cannot be compared."), faults)
    return [one for key in together for one in _compared(key, by_run)]


def _by_key(indicators: Sequence[Indicator]) -> dict[Key, dict[int, Indicator]]:
    """Indicators by key, then by year."""
    found: dict[Key, dict[int, Indicator]] = {}
    for one in indicators:
        found.setdefault((one.name, one.place, one.sector), {})[one.year] = one
    return found


def _faults(key: Key, by_run: list[dict[Key, dict[int, Indicator]]]) -> list[Fault]:
    present = [found[key] for found in by_run if key in found]
    where = f"{key[0]} {key[1]} {key[2]}".strip()
    units = sorted({one.unit for years in present for one in years.values()})
    periods = {tuple(sorted(_period(one) for one in years.values())) for years in present}
    faults = []
    if len(units) > 1:
        faults.append(Fault(where, ", ".join(units), _("one unit")))
    if len(periods) > 1:
        said = ", ".join(sorted(" + ".join(one) for one in periods))
        faults.append(Fault(where, said, _("one year or period")))
    return faults


def _period(indicator: Indicator) -> str:
    return f"{indicator.since}-{indicator.year}" if indicator.since else str(indicator.year)


def _compared(key: Key, by_run: list[dict[Key, dict[int, Indicator]]]) -> Iterator[Compared]:
    present = [found.get(key, {}) for found in by_run]
    first = next(years for years in present if years)
    for year in sorted(first):
        values = tuple(years[year].value if year in years else None for years in present)
        one = first[year]
        yield Compared(key[0], key[1], key[2], year, one.since, one.unit, values)
