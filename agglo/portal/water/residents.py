"""What residents read first: how well the network holds its water, whether that changes, what the authority does. From
answers that everybody may read, and from nothing else."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agglo.contract import numerals
from agglo.contract.language import _, ngettext
from agglo.portal.visits import Visit
from agglo.portal.water import blocks, words
from agglo.portal.water.networks import ALARMS, INDICATORS, LEAKS, WHAT_IF, Network

_YIELD, _THRESHOLD = "network-yield", "yield-threshold"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences about one network, the addresses of the answers behind them (address, words), and what says that it is
    invented."""

    network: str
    sentences: Sequence[str]
    sources: Sequence[tuple[str, str]]
    made_up: str


def paragraphs(visit: Visit, networks: Sequence[Network]) -> list[Paragraph]:
    """A paragraph for each network with public answers: real networks alone, as soon as one has any."""
    found = [one for network in networks if (one := _paragraph(visit, network)) is not None]
    real = [one for one in found if not one.made_up]
    return real or found


def _paragraph(visit: Visit, network: Network) -> Paragraph | None:
    sentences = [*_yield(visit, network), *_leaks(network), *_measures(network)]
    if not sentences:
        return None
    named = {
        INDICATORS: _("Answer on the yield"),
        LEAKS: _("Answer on leaks"),
        ALARMS: _("Answer on alarms"),
        WHAT_IF: _("Answer on measures"),
    }
    if LEAKS in network.published:
        del named[ALARMS]
    sources = [(network.published[model].href, said) for model, said in named.items() if model in network.published]
    return Paragraph(network.title, sentences, sources, network.made_up)


def _yield(visit: Visit, network: Network) -> Iterator[str]:
    answer = network.published.get(INDICATORS)
    rows = [row for row in answer.rows("performance") if row["since"] is None] if answer else []
    rows = [row for row in rows if row["indicator"] == _YIELD and row["value"] is not None]
    if answer is None or not rows:
        return
    places = list(dict.fromkeys((row["place"], row["sector"]) for row in rows))
    place = min(places, key=lambda one: (one[1] != "all", one[0] != visit.territory.siren, places.index(one)))
    row = max((row for row in rows if (row["place"], row["sector"]) == place), key=lambda one: int(one["year"]))
    otherwise = network.title if len(places) == 1 else ""
    said = {
        "place": blocks.place_of(visit, *place, otherwise=otherwise),
        "year": row["year"],
        "litres": numerals.number(row["value"]),
    }
    said["yield"] = numerals.quantity(row["value"], "%", 1)
    said["between"] = words.between(row["low"], row["high"], 1)
    yield _(
        "{place}: of 100 litres put into the network in {year}, about {litres} were used, and the others were lost "
        "(yield {yield}, {between})."
    ).format(**said)
    yield from _threshold(answer.rows("performance"), place, row)
    yield from _trend(answer.rows("change"), place)


def _threshold(rows: Sequence[Mapping[str, Any]], place: tuple[str, str], row: Mapping[str, Any]) -> Iterator[str]:
    same = (one for one in rows if (one["place"], one["sector"]) == place and one["since"] is None)
    value = next((one["value"] for one in same if one["indicator"] == _THRESHOLD and one["year"] == row["year"]), None)
    if value is None or not row["verdict"]:
        return
    asked = numerals.quantity(value, "%", 1)
    if row["verdict"] == "reached":
        yield _("The law asks for {asked} here: it is reached.").format(asked=asked)
    else:
        yield _("The law asks for {asked} here: it is not reached, and the authority owes a plan of action.").format(
            asked=asked
        )


def _trend(rows: Sequence[Mapping[str, Any]], place: tuple[str, str]) -> Iterator[str]:
    row = next((one for one in rows if (one["place"], one["sector"]) == place and one["indicator"] == _YIELD), None)
    if row is None:
        return
    said = {"since": row["since"], "points": numerals.number(abs(row["change"]), 1)}
    texts = {
        "up": _("Since {since} it has risen by {points} points."),
        "down": _("Since {since} it has fallen by {points} points."),
        "unclear": _(
            "Since {since} it has moved by {points} points, less than what meters can tell: no trend is sure."
        ),
    }
    if row["direction"] in texts:
        yield texts[row["direction"]].format(**said)


def _leaks(network: Network) -> Iterator[str]:
    answer = network.published.get(LEAKS) or network.published.get(ALARMS)
    if answer is None:
        return
    rows = answer.rows("leaks" if answer.model == LEAKS else "alarms")
    opened = sum(row["state"] not in words.OVER for row in rows)
    mended = sum(row["state"] == "repaired" for row in rows)
    end = network.ends.get(answer.model)
    if opened:
        yield ngettext(
            "The network is watched by sensors: {count} likely leak was being followed on {day}.",
            "The network is watched by sensors: {count} likely leaks were being followed on {day}.",
            opened,
        ).format(count=opened, day=_on(end))
    else:
        yield _("The network is watched by sensors: no likely leak was being followed on {day}.").format(day=_on(end))
    if mended:
        yield ngettext("{count} leak has been repaired.", "{count} leaks have been repaired.", mended).format(
            count=mended
        )


def _on(day: datetime.date | None) -> str:
    return words.day(day) if day else _("the day of the last reading")


def _measures(network: Network) -> Iterator[str]:
    answer = network.published.get(WHAT_IF)
    rows = answer.rows("measures") if answer else ()
    row = rows[-1] if rows else {}
    if row.get("saved_m3_yr_low") is None or row.get("saved_m3_yr_high") is None or row["saved_m3_yr_high"] <= 0:
        return
    low, high = (numerals.significant(float(f"{row[name]:.2g}")) for name in ("saved_m3_yr_low", "saved_m3_yr_high"))
    text = _("Repairs and lower pressure are being compared: together they could save {low} to {high} m³ in a year.")
    yield text.format(low=low, high=high)
