"""Compare runs: the same indicators, place by place, and the differences."""

from collections.abc import Sequence
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
    def differences(self) -> tuple[float | None, ...]:
        """Each value less the first; None where one of the two is unknown."""
        first = self.values[0]
        return tuple(None if first is None or value is None else value - first for value in self.values)


def compare(runs: Sequence[Run]) -> list[Compared]:
    """The indicators of several runs side by side, in the order of name, sector and place.

    Raises
    ------
    InvalidInput
        A run failed, the runs have no indicator in common, or the same one has another unit or year: each is named.
    """
    faults = [Fault(run.id, _("a failed run"), _("a finished run")) for run in runs if run.state != "finished"]
    by_run = [{_key(one): one for one in run.indicators} for run in runs]
    together = sorted(set().union(*by_run), key=lambda key: (key[0], key[2], key[1]))
    faults += [fault for key in together for fault in _faults(key, by_run)]
    if not faults and not set.intersection(*(set(found) for found in by_run)):
        faults.append(Fault(_("indicators"), _("none in common"), _("runs that answer the same question")))
    if faults:
        raise InvalidInput(_("These runs cannot be compared."), faults)
    return [_compared(key, by_run) for key in together]


def _key(indicator: Indicator) -> Key:
    return indicator.name, indicator.place, indicator.sector


def _faults(key: Key, by_run: list[dict[Key, Indicator]]) -> list[Fault]:
    present = [found[key] for found in by_run if key in found]
    where = f"{key[0]} {key[1]} {key[2]}".strip()
    units = sorted({one.unit for one in present})
    years = sorted({f"{one.since}-{one.year}" if one.since else str(one.year) for one in present})
    faults = []
    if len(units) > 1:
        faults.append(Fault(where, ", ".join(units), _("one unit")))
    if len(years) > 1:
        faults.append(Fault(where, ", ".join(years), _("one year or period")))
    return faults


def _compared(key: Key, by_run: list[dict[Key, Indicator]]) -> Compared:
    first = next(found[key] for found in by_run if key in found)
    values = tuple(found[key].value if key in found else None for found in by_run)
    return Compared(key[0], key[1], key[2], first.year, first.since, first.unit, values)
