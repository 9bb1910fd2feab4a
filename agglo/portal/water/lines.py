"""The lines of the morning: where water is lost, how sure that is, euros a day, since when, what waiting costs.

They come from ``water.leaks`` (pipes, on the model of the network) where it has the latest readings, else from
``water.alarms`` (sectors and sensors).
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agglo.contract import numerals
from agglo.contract.language import _, ngettext
from agglo.portal.water import words
from agglo.portal.water.networks import ALARMS, LEAKS, NIGHTS, Answer, Network

SHOWN = 3
CANDIDATES = 5
LONGEST_TABLE = 50
VERY_LIKELY = 0.1
"""False alarms as strong a year [1/yr] up to which an alarm is very likely, as ``water.alarms`` has it."""
_WEEK = 7
_LEAST_SHARE = 0.01
"""Pipes less likely than that are in the table of the answer alone."""
_SURE = ((0.9, "very-likely"), (0.66, "likely"), (0.33, "even"), (0.0, "doubtful"))
"""From which probability a word holds: those of the IPCC (doi:10.1007/s10584-011-0178-6), in fewer steps."""


@dataclass(frozen=True, slots=True)
class Line:
    """A likely leak in words; ``eur_d`` [EUR/d] is None where its flow is not known. ``candidates``: pipes to look at,
    with how likely each is."""

    id: str
    where: str
    sure: str
    euros: str
    since: str
    waiting: str
    more: Sequence[str]
    state: str
    state_word: str
    flow: str
    eur_d: float | None
    candidates: Sequence[tuple[str, str]] = ()

    @property
    def over(self) -> bool:
        """Whether no water is lost there any more."""
        return self.state in words.OVER

    @property
    def sentence(self) -> str:
        """What follows the place: how sure, euros a day, since when, what waiting costs."""
        parts = (self.sure, self.euros, _("since {day}").format(day=self.since), self.waiting)
        return _("; ").join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Morning:
    """What the top of a network's part shows: the dearest open lines, all of them, and where they come from."""

    answer: Answer
    lines: Sequence[Line]
    first: Sequence[Line]
    opened: int
    assumed: str
    output: str
    by_pipe: bool


def morning(network: Network, *, today: datetime.date) -> Morning | None:
    """The lines of a network; None where neither leaks nor alarms were asked for."""
    answer = network.watching()
    if answer is None:
        return None
    until = network.ends.get(answer.model, today)
    read = _Reading(network, answer, until)
    lines = sorted(read.lines(), key=lambda one: (one.over, one.eur_d is None, -(one.eur_d or 0.0)))
    opened = [one for one in lines if not one.over]
    output = "leaks" if answer.model == LEAKS else "alarms"
    shown, first = lines[:LONGEST_TABLE], opened[:SHOWN]
    return Morning(answer, shown, first, len(opened), read.assumed(), output, by_pipe="network" in answer.inputs)


def row_of(answer: Answer, identifier: str) -> Mapping[str, Any] | None:
    """The row of an alarm or a leak."""
    output, key = ("leaks", "leak") if answer.model == LEAKS else ("alarms", "id")
    return next((row for row in answer.rows(output) if str(row.get(key)) == identifier), None)


def line_of(network: Network, answer: Answer, identifier: str) -> Line | None:
    """One alarm or leak in words."""
    read = _Reading(network, answer, network.ends.get(answer.model, datetime.date.max))
    return next((one for one in read.lines() if one.id == identifier), None)


@dataclass(frozen=True, slots=True)
class _Told:
    """What alarms and leaks say under other names; ``euros``: a day, with the ends of its interval [EUR/d]."""

    name: str
    place: Sequence[str]
    since: Any
    sure: str
    euros: tuple[float | None, float | None, float | None]
    more: Sequence[str]
    candidates: Sequence[tuple[str, str]] = ()


class _Reading:
    """One answer being put into words; ``until`` is the last day of its readings."""

    def __init__(self, network: Network, answer: Answer, until: datetime.date) -> None:
        self.answer, self.until = answer, until
        nights = network.latest.get(NIGHTS)
        self.titles = {row["sector"]: row["title"] for row in nights.rows("sectors")} if nights else {}
        self.visit_eur, self.visit_assumed = answer.parameter("visit_cost")
        self.water_eur, self.water_assumed = answer.parameter("water_cost")

    def lines(self) -> Iterator[Line]:
        """Every line of the answer, in its order."""
        if self.answer.model == ALARMS:
            yield from (self._alarm(row) for row in self.answer.rows("alarms"))
        else:
            yield from (self._leak(row) for row in self.answer.rows("leaks"))

    def assumed(self) -> str:
        """Which prices the euros rest on, and whether anybody gave them."""
        if self.water_eur is None:
            return ""
        price = numerals.quantity(self.water_eur, "EUR/m3", 2)
        said = _("{price}, assumed") if self.water_assumed else _("{price}, given by whoever asked")
        return _("Euros rest on the cost of a cubic metre lost ({price}).").format(price=said.format(price=price))

    def _alarm(self, row: Mapping[str, Any]) -> Line:
        euros = (row["loss_eur_d"], row["loss_eur_d_low"], row["loss_eur_d_high"])
        place = [self._sector(row["sector"])]
        if row["pipe"]:
            place.append(_("pipe {pipe}").format(pipe=row["pipe"]))
        elif row["sensor"]:
            place.append(_("nearest sensor {sensor}").format(sensor=row["sensor"]))
        more = (*self._seen(row), *self._visit(row["waiting_days"]))
        sure = _of_chance(row["false_per_year"], very=row["certainty"] == "very-likely")
        return self._line(row, _Told(str(row["id"]), place, row["first_sign"], sure, euros, more))

    def _seen(self, row: Mapping[str, Any]) -> Iterator[str]:
        if row["found_on"] == "flow":
            yield _("Seen on the inflow of the sector alone: where in the sector is not known.")
        elif row["found_on"] == "pressure":
            yield _("Seen on pressures alone: the inflow of the sector does not confirm it.")
        else:
            yield _("Seen on pressures, and confirmed by the inflow of the sector.")
        if row["found_on"] != "flow" and row["sensors_moved"] == 1:
            yield _("One sensor alone moves much: check it first.")

    def _leak(self, row: Mapping[str, Any]) -> Line:
        euros = (row["eur_d"], row["eur_d_low"], row["eur_d_high"])
        place = [self._sector(row["sector"])]
        if row["pipe"]:
            place.append(_("pipe {pipe}").format(pipe=row["pipe"]))
        if row["nearest_sensor"]:
            near, away = _("nearest sensor {sensor}").format(sensor=row["nearest_sensor"]), row.get("sensor_distance_m")
            place.append(near if away is None else f"{near} ({numerals.quantity(away, 'm')})")
        name, methods = str(row["leak"]), {
            "model": _("Found with the model of the network."),
            "sensors": _("Found from sensors alone: the model of the network was not used."),
            "decisions": _("Known from what people recorded; nothing else shows it."),
        }  # fmt: skip
        more = (methods.get(row["method"], str(row["method"])), *self._visit(row.get("days_until_visit_pays")))
        return self._line(row, _Told(name, place, row["since"], self._of_leak(row), euros, more, self._next(name)))

    def _of_leak(self, row: Mapping[str, Any]) -> str:
        """How sure a leak is: its place, else how often chance alone would give one as strong."""
        if row["method"] == "decisions" or (row["state"] in ("confirmed", "not-back") and row["probability"] is None):
            return _("recorded by people")
        if row["probability"] is not None:
            return _of_place(float(row["probability"]), self.answer.parameter("reach")[0])
        rate = row.get("false_per_year")
        return _of_chance(rate, very=rate is not None and rate <= VERY_LIKELY)

    def _next(self, leak: str) -> list[tuple[str, str]]:
        rows = [row for row in self.answer.rows("candidates") if str(row["leak"]) == leak]
        rows = sorted((row for row in rows if row["probability"] >= _LEAST_SHARE), key=_rank)
        return [(str(row["pipe"]), _share(row["probability"])) for row in rows[:CANDIDATES]]

    def _line(self, row: Mapping[str, Any], told: "_Told") -> Line:
        state, cost = str(row["state"]), told.euros[0]
        return Line(
            id=told.name,
            where=", ".join(filter(None, told.place)) or _("place not known"),
            sure=told.sure,
            euros=_a_day(*told.euros),
            since=words.day(told.since),
            waiting="" if state in words.OVER else _waiting(cost),
            more=(*told.more, *self._lost(cost, words.date_of(told.since), state)),
            state=state,
            state_word=words.word(words.STATES, state),
            flow=words.bounded(row["flow_m3_h"], row["flow_low_m3_h"], row["flow_high_m3_h"], "m3/h"),
            eur_d=cost,
            candidates=told.candidates,
        )

    def _sector(self, sector: str | None) -> str:
        title = self.titles.get(sector or "", "")
        if not sector:
            return ""
        if title and title != sector:
            return _("sector {sector} ({title})").format(sector=sector, title=title)
        return _("sector {sector}").format(sector=sector)

    def _visit(self, days: float | None) -> Iterator[str]:
        if days is None or self.visit_eur is None:
            return
        price = words.euros(self.visit_eur) + (f", {_('assumed')}" if self.visit_assumed else "")
        yield ngettext(
            "After {count} day, waiting costs more than a visit ({price}).",
            "After {count} days, waiting costs more than a visit ({price}).",
            2 if days >= 2 else 1,
        ).format(count=numerals.number(days, 1 if days < 10 else 0), price=price)

    def _lost(self, eur_d: float | None, since: datetime.date | None, state: str) -> Iterator[str]:
        if eur_d is None or since is None or state in words.OVER or self.until == datetime.date.max:
            return
        days = (self.until - since).days
        if days > 0:
            yield _("Lost from then to the last reading: about {euros}, if the flow stayed the same.").format(
                euros=words.about_euros(eur_d * days)
            )


def _rank(row: Mapping[str, Any]) -> float:
    return float(row["rank"])


def _a_day(value: float | None, low: float | None, high: float | None) -> str:
    if value is None and high:
        return _("at most {euros} a day, the flow being badly known").format(euros=words.euros(high))
    if value is None:
        return _("euros a day not known, for want of a flow")
    said = _("{euros} a day").format(euros=words.euros(value))
    ends = words.between(low, high, 0 if value >= 10 else 2) if (low, high) != (value, value) else ""
    return f"{said} ({ends})" if ends else said


def _waiting(eur_d: float | None) -> str:
    if eur_d is None:
        return _("what waiting costs is not known")
    return _("one more week of waiting costs about {euros}").format(euros=words.about_euros(_WEEK * eur_d))


def _of_chance(rate: float | None, *, very: bool) -> str:
    """How sure an alarm is: its word, and how often chance alone would give one as strong [1/yr]."""
    word = _("very likely") if very else _("likely")
    if not rate:
        return word
    years = numerals.significant(1 / rate, 2)
    return _("{word} (chance alone gives such an alarm once in {years} years)").format(word=word, years=years)


def _of_place(probability: float, reach_m: float | None) -> str:
    """How sure the place of a leak is: the probability that it lies within reach of its pipe."""
    texts = {
        "very-likely": _("very likely within {reach} of that pipe ({share})"),
        "likely": _("likely within {reach} of that pipe ({share})"),
        "even": _("perhaps within {reach} of that pipe, perhaps elsewhere ({share})"),
        "doubtful": _("place not sure: within {reach} of that pipe in {share} of cases only"),
    }
    word = next(name for least, name in _SURE if probability >= least)
    return texts[word].format(reach=numerals.quantity(reach_m, "m"), share=_share(probability))


def _share(probability: float) -> str:
    return numerals.quantity(100 * probability, "%", 0 if probability >= 0.01 or not probability else 1)
