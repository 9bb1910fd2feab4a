"""The night flow of each sector: what it loses, what its nights cannot tell, and a drawing of the nights."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agglo.contract import numerals
from agglo.contract.language import _
from agglo.portal import plots
from agglo.portal.drawings import DrawnLine, Lines
from agglo.portal.water import words
from agglo.portal.water.blocks import Grid, Links, column, links
from agglo.portal.water.networks import NIGHTS, Answer, Network

DRAWN_NIGHTS, DRAWN_SECTORS, LAST_NIGHTS = 90, 4, 7
_TICKS = 4
_HALF_TICK = 44.0
"""Half of the width of a day in words under the drawing [pixels]."""
Nights = Mapping[str, Mapping[datetime.date, float | None]]


@dataclass(frozen=True, slots=True)
class NightFlow:
    """What the page says of the nights. ``silent``: sentences about sectors whose nights tell nothing, or not all."""

    links: Links
    table: Grid
    silent: Sequence[str]
    drawn: Lines | None
    nights: Grid | None
    left_out: int


def night_flow(network: Network) -> NightFlow | None:
    """The sectors by what they lose, the most first; None where nobody asked."""
    answer = network.latest.get(NIGHTS)
    if answer is None:
        return None
    sectors = sorted(answer.rows("sectors"), key=lambda row: -(row["leakage_m3_d"] or 0.0))
    nights = _nights(answer, [row["sector"] for row in sectors])
    leak = answer.parameter("leak_of_interest")[0]
    shown = list(nights)[:DRAWN_SECTORS]
    return NightFlow(
        links(answer, "sectors", "nights", "balance"),
        Grid(_("Night flow and leakage of each sector"), _columns(), [_row(row) for row in sectors]),
        [text for row in sectors if (text := _silence(row, leak))],
        _drawn(answer, {name: nights[name] for name in shown}),
        _last(nights),
        max(len(nights) - DRAWN_SECTORS, 0),
    )


def _columns() -> list[Mapping[str, Any]]:
    columns = [column(_("Sector")), column(_("Flow at night, measured")), column(_("Leakage, estimated"))]
    return [*columns, column(_("Cost")), column(_("Smallest new leak that could be seen"))]


def _row(row: Mapping[str, Any]) -> list[Any]:
    title = row["title"] or ""
    named = f"{row['sector']} ({title})" if title and title != row["sector"] else row["sector"]
    leakage = words.bounded(row["leakage_m3_d"], row["leakage_low_m3_d"], row["leakage_high_m3_d"], "m3/d")
    cost = words.bounded(row["cost_eur_d"], row["cost_low_eur_d"], row["cost_high_eur_d"], "EUR/d")
    flow, change = row["night_flow_m3_h"], row["smallest_change_m3_h"]
    told = leakage
    if row["leakage_m3_d"] is not None:
        told += f" – {words.word(words.QUALITIES, row['quality'])}"
    return [named, words.amount(flow, "m3/h"), told, cost, words.amount(change, "m3/h")]


def _silence(row: Mapping[str, Any], leak_m3_h: float | None) -> str:
    """What the nights of a sector do not tell; empty where they tell."""
    said = {"sector": row["sector"], "count": numerals.number(row["nights"] or 0)}
    said["noise"] = words.amount(row["noise_m3_h"], "m3/h")
    said["leak"] = words.amount(leak_m3_h, "m3/h")
    said["low"], said["high"] = (words.amount(row[name], "m3/d") for name in ("leakage_low_m3_d", "leakage_high_m3_d"))
    texts = {
        "loss-not-told": _("{sector}: too noisy to tell. Leakage is between {low} and {high}, and may be zero."),
        "leak-not-told": _(
            "{sector}: too noisy to see a leak of {leak} from one night to the next: nights waver by {noise}."
        ),
        "no-night-use": _("{sector}: night use is not known, so that leakage is not estimated."),
        "too-few-nights": _("{sector}: {count} nights are known, too few to tell leakage from noise."),
        "no-variation": _("{sector}: its inflow never changes. A meter is stuck, shut or not connected."),
    }
    return texts[row["verdict"]].format(**said) if row["verdict"] in texts else ""


def _nights(answer: Answer, sectors: Sequence[str]) -> Nights:
    """Mean flow of the last nights by sector [m3/h]."""
    found: dict[str, dict[datetime.date, float | None]] = {name: {} for name in sectors}
    for row in answer.rows("nights"):
        if row["sector"] in found:
            found[row["sector"]][datetime.date.fromisoformat(str(row["night"])[:10])] = row["mean_flow_m3_h"]
    first = max((day for held in found.values() for day in held), default=datetime.date.min).toordinal() - DRAWN_NIGHTS
    return {name: {day: held[day] for day in sorted(held) if day.toordinal() > first} for name, held in found.items()}


def _drawn(answer: Answer, nights: Nights) -> Lines | None:
    days = sorted({day for held in nights.values() for day in held})
    points = [(day.toordinal(), value) for held in nights.values() for day, value in held.items()]
    if len(days) < 2 or all(value is None for _day, value in points):
        return None
    axis = plots.axis_of(points)
    step = (len(days) - 1) / (_TICKS - 1)
    ticks = [days[round(rank * step)] for rank in range(min(_TICKS, len(days)))]
    places = (min(axis.x(day.toordinal()), axis.width - _HALF_TICK) for day in ticks)
    axis = replace(axis, ticks_x=tuple((f"{x:.1f}", _short(day)) for x, day in zip(places, ticks, strict=True)))
    said = _("{names}, from {first} to {last}. The last nights are in the table beside.").format(
        names=", ".join(nights), first=words.day(days[0]), last=words.day(days[-1])
    )
    return Lines(
        id=f"nights-{answer.run.id[-12:]}",
        title=_("Mean flow of each night, by sector"),
        description=said,
        unit=numerals.unit_label("m3/h"),
        axis=axis,
        lines=tuple(_line(name, held, axis, rank) for rank, (name, held) in enumerate(nights.items())),
    )


def _line(name: str, held: Mapping[datetime.date, float | None], axis: plots.Axis, shape: int) -> DrawnLine:
    """A line that stops where a night is not known, with a mark at its last night."""
    parts, pen, before = [], "M", None
    for day, value in held.items():
        if value is None or (before is not None and (day - before).days > 1):
            pen = "M"
        if value is not None:
            parts.append(f"{pen}{axis.x(day.toordinal()):.1f} {axis.y(value):.1f}")
            pen = "L"
        before = day
    known = [(day, value) for day, value in held.items() if value is not None]
    marks = [
        (plots.spot(shape, axis.x(day.toordinal()), axis.y(value)), f"{words.day(day)}: {words.amount(value, 'm3/h')}")
        for day, value in known[-1:]
    ]
    return DrawnLine(name, _("measured"), f"s{shape}", "".join(parts), tuple(marks), plots.spot(shape, 13, 6))


def _figure(value: float | None, decimals: int) -> str:
    return numerals.figure(value, decimals if value else 0)


def _short(day: datetime.date) -> str:
    return numerals.day_in_words(day.isoformat()).rpartition(" ")[0]


def _last(nights: Nights) -> Grid | None:
    days = sorted({day for held in nights.values() for day in held})[-LAST_NIGHTS:]
    if not days:
        return None
    shown = [held.get(day) for day in days for held in nights.values()]
    decimals = numerals.decimals_for(shown)
    rows = [[words.day(day), *(_figure(held.get(day), decimals) for held in nights.values())] for day in reversed(days)]
    columns = [column(_("Night")), *(column(name, "m3/h", number=True) for name in nights)]
    return Grid(_("Mean flow of the last nights"), columns, rows)
