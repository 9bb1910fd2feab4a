"""The watch list, and the plain guide to the techniques of the register."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from agglo.contract import numerals
from agglo.contract.errors import InvalidInput
from agglo.contract.language import Text, _, in_language, ngettext
from agglo.portal import card_view, card_words, html
from agglo.portal.app import path_of
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.trust.register import guide, registered, watch
from agglo.trust.register.guide import Measured
from agglo.trust.register.registered import Registered

_SHOWN = 12
"""Cards that are named on a page; the others are counted."""


@dataclass(frozen=True, slots=True)
class Date:
    """A line of the timeline: the day, where the entry is on the page, its title, what changes, how sure that is."""

    day: str
    anchor: str
    title: str
    what: str
    doubt: str


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards that are named, addresses and titles, and how many others there are."""

    links: list[tuple[str, str]]
    more: int


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the watch list as the page shows it."""

    anchor: str
    title: str
    about: str
    concerns: str
    source: str
    address: str
    read: str
    certainty: str
    next_look: str
    due: bool
    own: bool
    cards: Cards
    unsaid: int


@dataclass(frozen=True, slots=True)
class Part:
    """A technique as the guide shows it."""

    anchor: str
    title: str
    what: str
    like: str
    good: list[str]
    wrong: list[str]
    ask: list[str]
    energy: str
    cost: str
    cards: Cards
    more: str


def show_watch(visit: Visit) -> Response:
    """Dates to come and past, what must be read again, and every entry with its source."""
    listed, faults = _listed(visit)
    today, cards = card_view.today(visit), registered.listing(visit.workspace, visit.person)
    dates = [(change.day, _date(change, entry)) for change, entry in watch.changes(listed)]
    items = {one.id: _item(one, watch.concerned(one, cards), today) for one in listed}
    return html.page(
        visit,
        "watch.html.j2",
        faults=faults,
        coming=[one for day, one in dates if day > today.isoformat()],
        past=[one for day, one in reversed(dates) if day <= today.isoformat()],
        due=[items[one.id] for one in watch.due(listed, today)],
        groups=[(kind, _(title), [items[one.id] for one in listed if one.kind == kind])
                for kind, title in watch.KINDS.items()],
    )  # fmt: skip


def _listed(visit: Visit) -> tuple[list[watch.Entry], list[str] | None]:
    """The entries, and what is wrong with those of the workspace, for whoever has signed in; None where nothing is."""
    try:
        return watch.entries(visit.workspace), None
    except InvalidInput as error:
        said = [str(one) for one in error.faults] if visit.person.signed_in else []
        return list(watch.bundled()), said


def _date(change: watch.Change, entry: watch.Entry) -> Date:
    doubt = "" if entry.certainty == "read" else _(watch.CERTAINTIES[entry.certainty])
    return Date(
        card_words.said_day(change.day), _anchor(entry), in_language(entry.title), in_language(change.what), doubt
    )


def _anchor(entry: watch.Entry) -> str:
    return f"e-{entry.id}"


def _item(entry: watch.Entry, found: watch.Concerned, today: datetime.date) -> Item:
    return Item(
        anchor=_anchor(entry),
        title=in_language(entry.title),
        about=in_language(entry.about),
        concerns=in_language(entry.concerns),
        source=in_language(entry.source),
        address=entry.address,
        read=card_words.said_day(entry.consulted),
        certainty=_(watch.CERTAINTIES[entry.certainty]),
        next_look=card_words.said_day(entry.next_look),
        due=entry.is_due(today),
        own=entry.own,
        cards=_cards(found.cards),
        unsaid=0 if entry.kind == "system" else len(found.unsaid),
    )


def _cards(found: Sequence[Registered]) -> Cards:
    links = [(path_of("card", id=one.id), one.title) for one in found[:_SHOWN]]
    return Cards(links, max(0, len(found) - _SHOWN))


def show_guide(visit: Visit) -> Response:
    """What each technique is, in plain words, and the cards here that use it."""
    found = guide.of(visit.workspace, visit.person)
    return html.page(
        visit,
        "guide.html.j2",
        parts=[_part(one) for one in found.chapters],
        unsaid=_cards(found.unsaid),
        silent=len(found.unsaid),
    )


def _part(chapter: guide.Chapter) -> Part:
    one = chapter.technique
    return Part(
        anchor=one.id,
        title=in_language(one.title),
        what=" ".join(_texts(one.what)),
        like=in_language(one.like),
        good=_texts(one.good),
        wrong=_texts(one.wrong),
        ask=_texts(one.ask),
        energy=in_language(one.energy),
        cost=_cost(chapter.measured),
        cards=_cards(chapter.cards),
        more=f"{path_of('register')}?technique={one.id}",
    )


def _texts(texts: Sequence[Text]) -> list[str]:
    return [in_language(one) for one in texts]


def _cost(measured: Measured) -> str:
    """What the kept answers and declarations cost, as far as it is known."""
    energy = measured.energy_kwh
    if energy is None or energy.central is None:
        return ""
    said = ngettext(
        "Here: {energy} of electricity for {count} answer kept, from {low} to {high}.",
        "Here: {energy} of electricity for {count} answers kept, from {low} to {high}.",
        measured.known,
    )
    low, high = (numerals.scaled(one, "kWh", like=energy.central) for one in (energy.low, energy.high))
    central = numerals.scaled(energy.central, "kWh")
    return said.format(energy=central, count=numerals.number(measured.known), low=low, high=high)


ROUTES = (
    page("/veille", show_watch, name="watch"),
    page("/guide-ia", show_guide, name="guide"),
)
