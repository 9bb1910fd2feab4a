"""A healthy period before the readings: what it must be to teach what no leak looks like."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault
from agglo.contract.language import _
from agglo.models.water.readings.sectors import PRESSURE

if TYPE_CHECKING:
    from agglo.models.water.readings.series import Series


def faults(healthy: "Series", series: "Series") -> Iterator[Fault]:
    """A period that is not over when the readings start, no pressure in common, sensors that measured something else.

    A search that rests on the past alone cannot learn from days that it watches.
    """
    last, first = healthy.grid.times[-1], series.grid.times[0]
    if last >= first:
        got = _("it lasts until {last}").format(last=last)
        expected = _("a period that is over before the readings start, {first}").format(first=first)
        yield Fault("healthy", got, expected, _("Take from it what the readings hold too."))
    common = [name for name in series.values if name in healthy.values]
    if not any(series.kinds[name] == PRESSURE for name in common):
        yield Fault("healthy", _("no pressure sensor of the readings"), _("the same sensors, earlier"))
    for name in common:
        if healthy.kinds[name] != series.kinds[name]:
            yield Fault(f"healthy, {name}", healthy.kinds[name], series.kinds[name])
    if healthy.grid.step_s != series.grid.step_s:
        got = _("one reading in {seconds} s").format(seconds=healthy.grid.step_s)
        yield Fault("healthy", got, _("one in {seconds} s, as the readings").format(seconds=series.grid.step_s))


def missing(healthy: "Series", series: "Series") -> list[str]:
    """Pressure sensors of the readings that the healthy period lacks."""
    return [name for name, kind in series.kinds.items() if kind == PRESSURE and name not in healthy.values]
