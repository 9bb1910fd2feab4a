"""The register as a list: what is sought in it, which cards answer, and a line about each of those shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from agglo.contract import numerals
from agglo.contract.card import ENTRIES, Card, choice_label, gate
from agglo.contract.language import _, ngettext
from agglo.portal import card_words
from agglo.portal.visits import Visit
from agglo.territory.communes import fold
from agglo.trust.register import completeness, registered
from agglo.trust.register.registered import Registered

LONGEST = 100
"""Characters of a search that are looked at."""
SERVICES = 30
"""Directions that are proposed, those with most cards first."""
CHOICES = {
    "etat": "authority.state",
    "theme": "authority.theme",
    "detention": "authority.holding",
    "technique": "maker.techniques",
    "reglement-ia": "authority.ai_act_class",
}
"""Filters that are choices, by their name in the address: the entry that each is about."""
MORE = ("detention", "technique", "reglement-ia")
"""Those that the page folds away as long as none is used."""
LATE = "retard"
"""Value of the filter ``revue``: reviews that are overdue."""
STATES = ("in-use", "project", "idea", "retired")
"""States in the order people read them."""
_NOT_SAID = len(STATES)


@dataclass(frozen=True, slots=True)
class Sought:
    """What is asked of the register: words, a direction, a choice by filter, and whether overdue reviews alone."""

    words: str
    service: str
    choices: Mapping[str, str]
    late: bool

    @property
    def anything(self) -> bool:
        return bool(self.words or self.service or self.late or any(self.choices.values()))

    @property
    def signs(self) -> bool:
        """Whether signs alone are sought, without a letter or a digit: no card answers."""
        return any(text and not fold(text) for text in (self.words, self.service))

    def takes(self, card: Card, id: str, today: str) -> bool:
        """Whether a card answers."""
        if self.signs:
            return False
        if self.late and not card_words.overdue(card, today):
            return False
        if not all(_is(card, CHOICES[name], value) for name, value in self.choices.items() if value):
            return False
        if self.service and fold(self.service) not in fold(card.authority.service):
            return False
        return holds(fold(self.words).split(), id, card)


def sought(visit: Visit) -> Sought:
    """What the address asks; a value that is no choice asks nothing."""
    given = {name: visit.query.get(name, "") for name in CHOICES}
    choices = {name: value if value in ENTRIES[CHOICES[name]].choices else "" for name, value in given.items()}
    return Sought(
        " ".join(visit.query.get("q", "")[:LONGEST].split()),
        " ".join(visit.query.get("direction", "")[:LONGEST].split()),
        choices,
        visit.query.get("revue", "") == LATE,
    )


def _is(card: Card, path: str, value: str) -> bool:
    said = card.value(path)
    return value in said if isinstance(said, list) else said == value


def holds(words: Sequence[str], id: str, card: Card) -> bool:
    """Whether a card holds every word (folded) in what people look for: its names, purpose, need, service."""
    if not words:
        return True
    maker, said = card.maker, card.authority
    texts = (id, *maker.title.values(), *maker.purpose.values(), maker.maker, said.service, said.need, *said.tags)
    whole = fold(" ".join(texts))
    return all(word in whole for word in words)


def is_undeclared(one: Registered) -> bool:
    """Whether it is a model of which the authority says nothing: it stands apart from the cards of the register."""
    return one.origin == "model" and not one.card.authority.state


def undeclared(found: Iterable[Registered]) -> list[Registered]:
    """Those models, by title."""
    return sorted(filter(is_undeclared, found), key=lambda one: (fold(one.title), one.id))


def ordered(found: Iterable[Registered]) -> list[Registered]:
    """Cards as people read them: in use first, then projects and ideas, each by title."""
    return sorted(found, key=lambda one: (rank(one.card.authority.state), fold(one.title), one.id))


def rank(state: str) -> int:
    return STATES.index(state) if state in STATES else _NOT_SAID


@dataclass(frozen=True, slots=True)
class Count:
    """How many cards are in a state; ``href`` lists them."""

    label: str
    count: int
    query: str


def counts(every: Sequence[Registered]) -> list[Count]:
    """Cards by state, and those about which no system is held."""
    found = [Count(choice_label("state", state), _number(every, "state", state), f"?etat={state}") for state in STATES]
    unsaid = _number(every, "state", "")
    found += [Count(_("state not declared"), unsaid, "")] if unsaid else []
    return [*found, Count(choice_label("holding", "none"), _number(every, "holding", "none"), "?detention=none")]


def _number(every: Sequence[Registered], field: str, value: str) -> int:
    return sum(getattr(one.card.authority, field) == value for one in every)


def services(every: Sequence[Registered]) -> list[str]:
    """The directions with most cards, by name."""
    number: dict[str, int] = {}
    for one in every:
        if name := one.card.authority.service.strip():
            number[name] = number.get(name, 0) + 1
    most = sorted(number, key=lambda name: (-number[name], name))[:SERVICES]
    return sorted(most, key=str.casefold)


def options() -> dict[str, list[tuple[str, str]]]:
    """The choices of each filter, "all" first."""
    found = {
        name: [("", _("any")), *((value, choice_label(path.partition(".")[2], value)) for value in _values(path))]
        for name, path in CHOICES.items()
    }
    return {**found, "revue": [("", _("any")), (LATE, _("overdue"))]}


def typed(asked: Sought) -> dict[str, str]:
    """What is asked, by the name of its field."""
    return {**asked.choices, "revue": LATE if asked.late else ""}


def _values(path: str) -> Sequence[str]:
    return STATES if path == "authority.state" else ENTRIES[path].choices


@dataclass(frozen=True, slots=True)
class Line:
    """A card in the list. ``marks`` are what is wrong with it: to everybody, that its review is overdue; to those who
    may read what is restricted, all of it."""

    id: str
    title: str
    state: str
    theme: str
    service: str
    purpose: str
    declared: str
    review: str
    cost: str
    marks: tuple[str, ...]


_COPIES_S, _MOST_COPIES = 10.0, 100
_COPIES: dict[tuple[str, str, str], tuple[float, dict[str, set[str]]]] = {}


def copies(visit: Visit, every: Sequence[Registered] | None = None) -> dict[str, set[str]]:
    """By card, the entries that stand word for word on another card that the visitor may read: they do not count.

    Looking for them takes a while where there are many cards: what was found is told again for a few seconds.
    """
    key = (str(visit.workspace.root), visit.person.id, visit.person.role)
    known = _COPIES.get(key)
    if known is None or monotonic() - known[0] > _COPIES_S:
        held = registered.listing(visit.workspace, visit.person) if every is None else every
        if len(_COPIES) >= _MOST_COPIES:
            _COPIES.clear()
        known = monotonic(), completeness.copied({one.id: one.card for one in held})
        _COPIES[key] = known
    return known[1]


def line(visit: Visit, one: Registered, *, today: Any, restricted: bool, copied: Mapping[str, set[str]]) -> Line:
    """A card as the list shows it."""
    card, said = one.card, one.card.authority
    score = completeness.of(card, copied.get(one.id, set()))
    return Line(
        id=one.id,
        title=one.title,
        state=card_words.state(card),
        theme=choice_label("theme", said.theme) if said.theme else "",
        service=said.service,
        purpose=card_words.short(card_words.plain_purpose(card)),
        declared=_("{declared} of {asked} entries declared").format(declared=score.declared, asked=score.asked),
        review=card_words.review(card, today.isoformat()),
        cost=_cost(visit, one),
        marks=(*_late(one, today), *(_marks(one, today) if restricted else ())),
    )


def _late(one: Registered, today: Any) -> tuple[str, ...]:
    return (_("review overdue"),) if card_words.overdue(one.card, today.isoformat()) else ()


def _marks(one: Registered, today: Any) -> tuple[str, ...]:
    marks = []
    blocked = [refusal for refusal in gate.refusals(one.card, today) if refusal.field != "authority.review_due"]
    if blocked:
        said = ngettext("{count} thing blocks it", "{count} things block it", len(blocked))
        marks.append(said.format(count=len(blocked)))
    if one.latest is None and one.origin == "workspace":
        marks.append(_("not published"))
    return tuple(marks)


def _cost(visit: Visit, one: Registered) -> str:
    """What a use took on average, where kept runs tell; nothing where no system is held."""
    from agglo.trust.register import use

    said = one.card.authority
    if said.holding == "none" or (one.origin != "model" and not said.models):
        return ""
    known = use.of(visit.workspace, visit.person, one.id, one.card)
    energy, carbon = per_use(known)
    if energy is None:
        return ""
    return _("{energy} of electricity, {carbon} of greenhouse gases").format(
        energy=numerals.scaled(energy, "kWh"), carbon=numerals.scaled(carbon, "gCO2e")
    )


def per_use(known: Any) -> tuple[float | None, float | None]:
    """Energy [kWh] and greenhouse gases [gCO2e] of one use on average, central figures; None where nothing is known, or
    where the sums hold declarations, which do not say how many uses they are about."""
    if not known.known or known.declared:
        return None, None
    energy, carbon = (
        None if one is None or one.central is None else one.central / known.known
        for one in (known.energy_kwh, known.carbon_g)
    )
    return energy, carbon
