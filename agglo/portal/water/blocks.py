"""The parts of a network's section below the lines of the morning: readings, night flow, indicators, measures."""

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agglo.contract import numerals
from agglo.contract.indicators import vocabulary
from agglo.contract.language import _, in_language, language, ngettext
from agglo.portal.app import path_of
from agglo.portal.visits import Visit
from agglo.portal.water import words
from agglo.portal.water.networks import INDICATORS, READINGS, WHAT_IF, Answer, Network
from agglo.territory.communes import fold

MOST_FLAGS, MOST_PLACES = 50, 12
_WHOLE = "all"
_KEY = ("network-yield", "non-counted-index", "loss-index")
"""Indicators of the regulation, shown of every place where there are several."""
Cells = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of the page: columns as ``pieces.table`` takes them, and rows of cells."""

    caption: str
    columns: Sequence[Mapping[str, Any]]
    rows: Sequence[Cells]


@dataclass(frozen=True, slots=True)
class Links:
    """Where the figures of a part can be checked: the page of the answer, and its tables (name, address of the page,
    address of the CSV file)."""

    answer: str
    tables: Sequence[tuple[str, str, str]]


def links(answer: Answer, *names: str) -> Links:
    """The links of an answer, to those of its tables that it has."""
    described = answer.run.content["model"]["outputs"]
    return Links(
        answer.href,
        [
            (
                in_language(described.get(name, {}).get("title", {})) or name,
                answer.output_href(name),
                path_of("download", id=answer.run.id, output=name, form="csv"),
            )
            for name in names
            if answer.has(name)
        ],
    )


def column(label: str, unit: str = "", *, number: bool = False) -> Mapping[str, Any]:
    """A column of a table."""
    return {"label": label, "unit": numerals.unit_label(unit) if unit else "", "number": number}


@dataclass(frozen=True, slots=True)
class Quality:
    """What the readings are worth."""

    links: Links
    said: str
    kinds: Grid
    flags: Grid
    more: int


def quality(network: Network) -> Quality | None:
    """What is wrong with the readings; None where nobody asked."""
    answer = network.latest.get(READINGS)
    if answer is None:
        return None
    flags, sensors = answer.rows("flags"), answer.rows("sensors")
    present = [row["present"] for row in sensors if row["present"] is not None]
    mean = sum(present) / len(present) if present else None
    said = ngettext(
        "{count} sensor; {share} of the readings due are there and trusted.",
        "{count} sensors; {share} of the readings due are there and trusted.",
        len(sensors),
    ).format(count=numerals.number(len(sensors)), share=numerals.quantity(mean, "%", 1))
    return Quality(links(answer, "flags", "sensors", "hourly"), said, _kinds(flags), _flags(flags), len(flags))


def _kinds(flags: Sequence[Mapping[str, Any]]) -> Grid:
    counts = Counter(row["kind"] for row in flags)
    named: dict[str, set[str]] = {}
    for row in flags:
        named.setdefault(row["kind"], set()).add(row["sensor"])
    rows = [
        [_capital(words.word(words.FLAGS, kind)), numerals.number(count), _names(sorted(named[kind]))]
        for kind, count in counts.most_common()
    ]
    columns = [column(_("What is wrong")), column(_("Times"), number=True), column(_("Sensors"))]
    return Grid(_("Faults of the readings, by kind"), columns, rows)


def _names(names: Sequence[str], most: int = 8) -> str:
    more = len(names) - most
    said = ", ".join(names[:most])
    return said + ", " + ngettext("{count} more", "{count} more", more).format(count=more) if more > 0 else said


def _flags(flags: Sequence[Mapping[str, Any]]) -> Grid:
    rows = [
        [row["sensor"], words.word(words.FLAGS, row["kind"]), words.day(row["start"]), words.day(row["end"]),
         numerals.number(row["readings"])]
        for row in sorted(flags, key=lambda one: one["start"], reverse=True)[:MOST_FLAGS]
    ]  # fmt: skip
    columns = [column(_("Sensor")), column(_("What is wrong")), column(_("Begins")), column(_("Ends"))]
    return Grid(_("Each fault, latest first"), [*columns, column(_("Readings"), number=True)], rows)


@dataclass(frozen=True, slots=True)
class Performance:
    """The indicators of the regulation, and their arithmetic."""

    links: Links
    verdicts: Sequence[tuple[str, str]]
    table: Grid
    arithmetic: Grid
    places: int


def performance(visit: Visit, network: Network) -> Performance | None:
    """The indicators of the last year of each place; None where nobody asked."""
    answer = network.latest.get(INDICATORS)
    if answer is None:
        return None
    rows = _last_years(answer.rows("performance"))
    places = list(dict.fromkeys((row["place"], row["sector"]) for row in rows))
    one = len(places) == 1
    kept = [row for row in rows if (one or row["indicator"] in _KEY) and (row["place"], row["sector"])
            in places[:MOST_PLACES]]  # fmt: skip
    named = {place: place_of(visit, *place, otherwise=network.title if one else "") for place in places}
    caption = _("Indicators of the last year of volumes")
    return Performance(
        links(answer, "performance", "arithmetic", "balance", "change"),
        [_verdict(row, named) for row in kept if row["indicator"] == "network-yield"],
        Grid(caption, _performance_columns(), [_performance_row(row, named, one=one) for row in kept]),
        _arithmetic(answer, named, places[:1]),
        len(places),
    )


def _last_years(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows of one year alone, those of the last year of each place; whole places first."""
    alone = [row for row in rows if row["since"] is None]
    last: dict[tuple[str, str], int] = {}
    for row in alone:
        key = (row["place"], row["sector"])
        last[key] = max(last.get(key, 0), row["year"])
    found = [row for row in alone if row["year"] == last[row["place"], row["sector"]]]
    return sorted(found, key=lambda row: (row["sector"] != _WHOLE, row["place"], row["sector"]))


def place_of(visit: Visit, place: str, sector: str = _WHOLE, *, otherwise: str = "") -> str:
    """What a place is called: a commune of the territory by its name, any other ``otherwise``, else by its code."""
    territory = visit.territory
    known = {one.insee: one.name for one in territory.communes} | {territory.siren: territory.name}
    named = known.get(place) or otherwise or _("place {code}").format(code=place)
    return named if sector == _WHOLE else _("{place}, sector {sector}").format(place=named, sector=sector)


def title_of(indicator: str) -> str:
    """The name of an indicator for people."""
    term = vocabulary().get(f"water.{indicator}")
    own = {
        "subscribers-per-km": _("Subscribers by km of network"),
        "unavoidable-losses": _("Losses that cannot be avoided"),
        "supplied": _("Volume put into distribution"),
        "authorised-consumption": _("Authorised consumption"),
    }
    return term.title if term else own.get(indicator, indicator)


def _performance_columns() -> list[Mapping[str, Any]]:
    titles = [column(_("Indicator"))]
    return [*titles, column(_("Value")), column(_("Year")), column(_("Verdict")), column(_("How it was obtained"))]


def _performance_row(row: Mapping[str, Any], named: Mapping[tuple[str, str], str], *, one: bool) -> list[Any]:
    title = title_of(row["indicator"])
    if not one:
        title = f"{named[row['place'], row['sector']]}{_(':')} {title}"
    verdict = words.word(words.VERDICTS, row["verdict"]) or words.word(words.REASONS, row["reason"]) or "–"
    value = words.bounded(row["value"], row["low"], row["high"], row["unit"])
    if row["indicator"] == "yield-gap" and row["value"] is not None:
        ends = words.between(row["low"], row["high"], 1)
        value = f"{numerals.number(row['value'], 1, signed=True)} {_('points')} ({ends})"
    return [title, value, str(row["year"]), verdict, words.word(words.QUALITIES, row["quality"])]


def _verdict(row: Mapping[str, Any], named: Mapping[tuple[str, str], str]) -> tuple[str, str]:
    """How a yield stands against its threshold, and the class of the sentence."""
    said = {"place": named[row["place"], row["sector"]], "year": row["year"]}
    said["value"] = words.bounded(row["value"], row["low"], row["high"], "%")
    if row["verdict"] == "reached":
        return _("{place}, {year}: yield {value}. The threshold of the regulation is reached.").format(**said), "good"
    if row["verdict"] == "not-reached":
        text = _(
            "{place}, {year}: yield {value}. The threshold of the regulation is not reached: a plan of action is due."
        )
        return text.format(**said), "bad"
    text = _("{place}, {year}: yield {value}. Its threshold is not known: give the length of the network.")
    return text.format(**said), "note"


def _arithmetic(answer: Answer, named: Mapping[tuple[str, str], str], places: Sequence[tuple[str, str]]) -> Grid:
    code = language()
    held = [row for row in answer.rows("arithmetic") if (row["place"], row["sector"]) in places]
    last = max((row["year"] for row in held), default=0)
    rows = [
        [title_of(row["indicator"]), row[f"formula_{code}"], row[f"worked_{code}"]]
        for row in held
        if row["year"] == last
    ]
    caption = _("Worked arithmetic, {place}, {year}").format(
        place=named[places[0]] if places else "", year=str(last) if last else ""
    )
    return Grid(caption, [column(_("Indicator")), column(_("Formula")), column(_("With the numbers"))], rows)


@dataclass(frozen=True, slots=True)
class Measures:
    """What repairing or lowering pressure would bring."""

    links: Links
    table: Grid
    warnings: Sequence[str]
    prices: str


def measures(network: Network) -> Measures | None:
    """The gain of each measure; None where nobody asked."""
    answer = network.latest.get(WHAT_IF)
    if answer is None:
        return None
    rows = answer.rows("measures")
    columns = [column(_("Measure")), column(_("Water saved in a year")), column(_("Money saved in a year"))]
    columns += [column(_("Lowest pressure left")), column(_("Change of yield"))]
    price, assumed = answer.parameter("water_cost")
    said = _("Money: {price} the cubic metre, assumed.") if assumed else _("Money: {price} the cubic metre, as given.")
    prices = said.format(price=numerals.quantity(price, "EUR", 2))
    if rows and all(row["yield_change_points"] is None for row in rows):
        prices += " " + _("The change of yield is not known: no yearly volumes were given.")
    return Measures(
        links(answer, "measures", "nodes", "leakage"),
        Grid(_("What each measure would bring"), columns, [_measure(row) for row in rows]),
        [text for row in rows if (text := _trouble(row))],
        prices,
    )


def _measure(row: Mapping[str, Any]) -> list[Any]:
    def cell(name: str, unit: str) -> str:
        return words.bounded(row[name], row[f"{name}_low"], row[f"{name}_high"], unit)

    points = row["yield_change_points"]
    change = _("not known") if points is None else numerals.number(points, 1, signed=True) + " " + _("points")
    pressure = words.amount(row["lowest_pressure_m"], "m")
    return [_called(row), cell("saved_m3_yr", "m3"), cell("saved_eur_yr", "EUR"), pressure, change]


def _called(row: Mapping[str, Any]) -> str:
    return _("All together") if row["measure"] == _WHOLE else str(row["title"] or row["measure"])


def _trouble(row: Mapping[str, Any]) -> str:
    """What a measure would break: points under the least pressure, points without water."""
    under, cut = int(row["nodes_under_minimum"] or 0), int(row["nodes_cut_off"] or 0)
    if not under and not cut:
        return ""
    return _("{measure}: {under} points of the network under the least pressure, {cut} without water.").format(
        measure=_called(row), under=numerals.number(under), cut=numerals.number(cut)
    )


@dataclass(frozen=True, slots=True)
class Missing:
    """A part that nobody asked for: how to ask, for whoever may."""

    ask: str
    command: str


_NEEDED = {
    "water.alarms": ("readings", "sensors", "meters"),
    "water.readings": ("readings", "sensors", "meters"),
    "water.night-flow": ("readings", "meters", "sectors"),
    "water.indicators": ("volumes",),
    "water.what-if": ("network", "measures", "volumes"),
}


def missing(network: Network | None, model: str) -> Missing:
    """How a part can be asked for, with the names of the network's own data where they are known."""
    held = network.inputs if network else {}
    given = " ".join(f"--input {name}={held.get(name, name.upper())}" for name in _NEEDED[model])
    return Missing(path_of("ask", id=model), f"agglo run {model} {given}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def anchor_of(network: Network) -> str:
    """The identifier of a network's section."""
    return f"reseau-{fold(network.name).replace(' ', '-')}"


def today() -> datetime.date:
    """The day it is, by the clock of the server's people."""
    from zoneinfo import ZoneInfo

    return datetime.datetime.now(ZoneInfo("Europe/Paris")).date()
