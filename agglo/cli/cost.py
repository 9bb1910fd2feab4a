"""What runs cost, in words: low, central and high, time, memory, and what the figures rest on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agglo.cli import show, words
from agglo.contract.language import _
from agglo.contract.numerals import number, significant

if TYPE_CHECKING:
    from agglo.footprint.record import Bounds, FootprintRecord

BYTES_PER_MB = 1e6
DIGITS = 2
_BOUNDS = ("low", "central", "high")


def text(records: "Sequence[FootprintRecord]", title: str) -> str:
    """What several runs cost together; where one is unknown, so is the sum, with the reason."""
    unknown = [record for record in records if record.energy_kwh is None]
    if unknown:
        return show.paragraph(_("{title}: unknown. {why}").format(title=title, why=" ".join(map(str, unknown[0].why))))
    rows = [[_("electricity [kWh]"), *_sums([record.energy_kwh for record in records])]]
    rows.append([_("greenhouse gases [gCO2e]"), *_sums([record.carbon_g for record in records])])
    header = (title, _("low"), _("central"), _("high"))
    lines = [show.table(header, rows, figures=(1, 2, 3)), _spent(records)]
    attributions = dict.fromkeys(record.attribution for record in records)
    lines += [show.paragraph(_("Estimated with: {attribution}.").format(attribution=one)) for one in attributions]
    return "\n".join(lines)


def assumptions(record: "FootprintRecord") -> str:
    """How far a run's cost is known, why no further, and what it assumes."""
    if record.energy_kwh is None:
        return ""
    said = _("Footprint: {status}. What it rests on:").format(status=words.status(record.status))
    return "\n".join([said, show.notes(map(str, (*record.why, *record.assumptions)))])


def _sums(bounds: "Sequence[Bounds | None]") -> list[str]:
    """Low, central and high of all together; "-" where one is not known."""
    return [_sum([getattr(one, name) if one else None for one in bounds]) for name in _BOUNDS]


def _sum(values: "Sequence[float | None]") -> str:
    known = [value for value in values if value is not None]
    return significant(float(f"{sum(known):.{DIGITS - 1}e}"), DIGITS) if len(known) == len(values) else "-"


def _spent(records: "Sequence[FootprintRecord]") -> str:
    """Time and memory, as measured."""
    seconds = [record.measurement.wall_s for record in records]
    peaks = [record.measurement.peak_memory_bytes for record in records]
    return _("Measured: {seconds} s, {memory} MB of memory at most.").format(
        seconds="-" if None in seconds else significant(sum(one or 0.0 for one in seconds), 2),
        memory="-" if None in peaks else number(max(one or 0 for one in peaks) / BYTES_PER_MB),
    )
