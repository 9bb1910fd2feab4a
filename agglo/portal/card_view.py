"""One card as its page shows it: what it costs, where it stands under the AI Act, what it is exported to."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any
from zoneinfo import ZoneInfo

from agglo.contract import numerals
from agglo.contract.card import Card, Source, choice_label, label
from agglo.contract.card.gate import Refusal
from agglo.contract.errors import InvalidInput, NotFound
from agglo.contract.language import _, in_language, ngettext
from agglo.footprint.record import Bounds
from agglo.portal import askable, card_list, card_words
from agglo.portal.app import path_of
from agglo.portal.card_words import Line, Word
from agglo.portal.visits import Visit
from agglo.store import locks
from agglo.studies.report import wording
from agglo.trust.access import reading, rights
from agglo.trust.access.rights import Asset, Right
from agglo.trust.register import doubts as doubting
from agglo.trust.register import exports, publishing, registered, states, use
from agglo.trust.register.exports import Exported, Target
from agglo.trust.register.registered import Registered

_BRIEF = ("service", "contact", "benefit", "cost")
_RESIDENT = ("human_channel", "human_hours", "human_telephone", "contest", "left_out")
_PROPOSED = 3
_MONTHS = 24


def today(visit: Visit) -> datetime.date:
    """The day it is where the workspace is."""
    return datetime.datetime.now(ZoneInfo(str(visit.workspace.setting("time_zone")))).date()


@contextmanager
def alone(visit: Visit) -> Iterator[None]:
    """Read a card and write it before any other page does, so that nobody's change is lost between the two."""
    with locks.hold(visit.workspace.lock("card-pages")):
        yield


def stamp(said: Any) -> str:
    """A short digest of what was shown, so that a form tells what it was filled from."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def in_hand(visit: Visit, right: Right) -> Registered:
    """The card in hand that the address names, for whoever may read it and has a right on it.

    Raises
    ------
    NotFound, Forbidden
        There is none that the visitor may read; or the right is missing.
    InvalidInput
        Its file cannot be read: every fault is told.
    """
    one = registered.find(visit.workspace, visit.person, str(visit.path["id"]))
    wanted: tuple[Right, ...] = (right, "read-restricted")
    for needed in wanted:
        rights.check(visit.workspace, visit.person, needed, Asset("card", one.id))
    if one.faults:
        raise InvalidInput(_("This card cannot be read."), one.faults)
    return one


def brief(card: Card) -> list[Line]:
    """The card at a glance: who uses it, who to write to, what gets better, what it costs, as far as it is asked; where
    no system is held, as far as it is said."""
    found = _lines(card, _BRIEF)
    return [line for line in found if line.said] if card.authority.holding == "none" else found


def resident(card: Card) -> list[Line]:
    """What a resident looks for first: who to talk to, how to contest, who may be left out, as far as it is asked."""
    return _lines(card, _RESIDENT)


def _lines(card: Card, names: Sequence[str]) -> list[Line]:
    asked, lacking = set(card.asked()), card.lacking()
    paths = [f"authority.{name}" for name in names]
    return [
        Line(path, label(path), () if path in lacking else card_words.words(path, card.value(path)))
        for path in paths
        if path in asked or path not in lacking
    ]


def lead(card: Card) -> list[str]:
    """What it is for, a paragraph for each line of the text."""
    return [line for line in card_words.plain_purpose(card).splitlines() if line.strip()]


def told(card: Card, against: Sequence[Refusal]) -> list[tuple[str, Refusal]]:
    """What stands against a card, beside the entry of each; the day of its review as people write it."""
    due = card.authority.review_due
    return [
        (label(one.field), replace(one, reason=one.reason.replace(due, card_words.said_day(due))) if due else one)
        for one in against
    ]


def outdated(visit: Visit, one: Registered) -> list[tuple[str, Refusal]]:
    """What would keep the version that everybody reads from being published on this day."""
    public = one.card if one.published else None
    if public is None and one.latest is not None:
        public = registered.public(visit.workspace)[one.id].card
    return told(public, publishing.against(public, today(visit))) if public else []


def standing(one: Registered) -> str:
    """What it means that no system is held; nothing where one is."""
    said = one.card.authority
    if said.holding != "none":
        return ""
    if one.origin == "programme":
        return _("No system is held yet: this is a project of the programme.")
    if said.state in ("idea", "project"):
        return _("No system is held yet.")
    return _("No system is held.")


def sources(card: Card) -> list[tuple[str, list[tuple[str, str]]]]:
    """The data that it processes: what they are, and what is said of them, as pairs of label and text."""
    return [(one.what, _of_source(one)) for one in card.authority.sources]


def _of_source(one: Source) -> list[tuple[str, str]]:
    said = (
        (_("Where they are from"), one.source),
        (_("How they are collected"), one.collected),
        (_("Kind, and how much"), ", ".join(filter(None, (one.kind, one.amount)))),
    )
    return [(label, text) for label, text in said if text]


@dataclass(frozen=True, slots=True)
class Like:
    """Something that serves a like purpose: its name, address if it is a card here, and why."""

    id: str
    title: str
    href: str
    why: tuple[str, ...]


def declared_alike(visit: Visit, card: Card) -> list[Like]:
    """What the card itself says serves a like purpose, with why it does not do."""
    return [Like(one.id, *_named(visit, one.id), (one.why,) if one.why else ()) for one in card.authority.similar]


def found_alike(visit: Visit, one: Registered, *, least: float = states.NEAR) -> list[Like]:
    """What the register finds for a like purpose, at least as alike as that."""
    from agglo.trust.register import similar

    known = similar.known(visit.workspace, visit.person)
    others = {name: card for name, card in known.items() if name != one.id}
    near = similar.nearest(one.card, others, count=_PROPOSED)
    return [
        Like(like.id, *_titled(like.id, others[like.id]), _in_common(like.why)) for like in near if like.score >= least
    ]


def _in_common(words: Sequence[str]) -> tuple[str, ...]:
    return (_("in common “{words}”").format(words=", ".join(words)),) if words else ()


def _named(visit: Visit, id: str) -> tuple[str, str]:
    """Title and address of a card the visitor may read; the words themselves for anything else."""
    try:
        found = registered.find(visit.workspace, visit.person, id)
    except NotFound:
        return id, ""
    return _titled(id, found.card)


def _titled(id: str, card: Card) -> tuple[str, str]:
    return in_language(card.maker.title) or id, path_of("card", id=id)


@dataclass(frozen=True, slots=True)
class Spent:
    """What its use cost: pairs of label and text, runs by month, and how it is known."""

    facts: Sequence[tuple[str, str]]
    months: Sequence[tuple[str, str]]
    known: str


def spent(visit: Visit, one: Registered) -> Spent | None:
    """The footprint of its use, where anything was run or declared."""
    found = use.of(visit.workspace, visit.person, one.id, one.card)
    if not found.runs and not found.declared:
        return None
    energy, carbon = card_list.per_use(found)
    facts = [
        (_("One use, on average"), _both(energy, carbon)) if energy is not None else None,
        (_("Energy in all"), _spread(found.energy_kwh, "kWh")),
        (_("Greenhouse gases in all"), _spread(found.carbon_g, "gCO2e")),
        (_("Uses"), _period(found)),
        (_("Versions that ran"), ", ".join(found.versions)) if found.versions else None,
        (_("Method"), found.method) if found.method else None,
        (_("Factors"), found.factor_set) if found.factor_set else None,
        (_("Electricity of"), found.location) if found.location else None,
    ]
    months = sorted(found.by_month.items(), reverse=True)[:_MONTHS]
    rows = [(card_words.said_day(month), numerals.number(count)) for month, count in months]
    return Spent([fact for fact in facts if fact], rows, _known(found))


def _both(energy: float | None, carbon: float | None) -> str:
    said = _("{energy} of electricity, {carbon} of greenhouse gases")
    return said.format(energy=numerals.scaled(energy, "kWh"), carbon=numerals.scaled(carbon, "gCO2e"))


def _spread(bounds: Bounds | None, unit: str) -> str:
    """A sum with its bounds, where they are known."""
    if bounds is None or bounds.central is None:
        return _("not known")
    central = numerals.scaled(bounds.central, unit)
    if bounds.low is None or bounds.high is None:
        return central
    low, high = (numerals.scaled(one, unit, like=bounds.central) for one in (bounds.low, bounds.high))
    return _("{central} (from {low} to {high})").format(central=central, low=low, high=high)


def _period(found: use.Use) -> str:
    runs = ngettext("{count} run", "{count} runs", found.runs).format(count=numerals.number(found.runs))
    if not found.first:
        return runs
    first, last = card_words.said_day(found.first), card_words.said_day(found.last or found.first)
    return _("{runs}, from {first} to {last}").format(runs=runs, first=first, last=last)


def _known(found: use.Use) -> str:
    """How the sums are known: measured or estimated runs, declarations of partners."""
    said = _("Runs whose footprint is known: {known} of {runs}.").format(
        known=numerals.number(found.known), runs=numerals.number(found.runs)
    )
    statuses = [f"{wording.status(one)}{_(':')} {numerals.number(count)}" for one, count in found.statuses.items()]
    counted = f"{', '.join(statuses)}." if statuses else ""
    partners = ngettext(
        "The sums hold {count} declaration of a partner.",
        "The sums hold {count} declarations of partners.",
        found.declared,
    )
    declared = partners.format(count=numerals.number(found.declared)) if found.declared else ""
    return " ".join(filter(None, (said, counted[:1].upper() + counted[1:], declared)))


def ai_act(card: Card) -> list[tuple[str, str]]:
    """Class, roles and the day of the questions, as pairs."""
    said = card.authority
    checked = card_words.said_day(said.ai_act_checked) if said.ai_act_checked else _("not answered yet")
    return [
        (label("authority.ai_act_class"), choice_label("ai_act_class", said.ai_act_class) or _("not declared")),
        (
            label("authority.ai_act_roles"),
            ", ".join(choice_label("ai_act_roles", one) for one in said.ai_act_roles) or _("not declared"),
        ),
        (label("authority.ai_act_checked"), checked),
    ]


def doubts(visit: Visit, card: Card) -> list[tuple[str, str]]:
    """What can hardly be right on a card, for those who keep the register, as pairs of label and doubt."""
    return [(label(one.path), one.said) for one in doubting.of(card, today(visit))]


def runs_here(visit: Visit, id: str) -> bool:
    """Whether an identifier is that of a model that can be asked here."""
    return id in askable.entries(visit.workspace)


def models(visit: Visit, one: Registered) -> list[tuple[Word, Word]]:
    """The models that it runs on here, or would be served by, each with its answers."""
    wanted = [*one.card.authority.models, one.id]
    known = askable.entries(visit.workspace)
    found = [model for model in known if any(fnmatchcase(model, name) for name in wanted)]
    return [(_model(known[model]), _answers(visit, model)) for model in found]


def _model(entry: askable.Entry) -> Word:
    model = entry.model
    return Word(in_language(model.title) or model.id, path_of("model", id=model.id))


def _answers(visit: Visit, id: str) -> Word:
    count = reading.runs(visit.workspace, visit.person, model=id, limit=1).matched
    said = ngettext("{count} answer kept", "{count} answers kept", count).format(count=numerals.number(count))
    return Word(said, f"{path_of('runs')}?modele={id}" if count else "")


@dataclass(frozen=True, slots=True)
class Document:
    """A document that a card is exported to, and whether it is ready; ``abroad``: by the rules of another country."""

    title: str
    about: str
    href: str
    said: str
    abroad: bool


FOREIGN = ("dutch", "atrs")
"""Targets of countries where the authority is not: to compare with, for those who keep the register."""


def shelved(targets: Iterable[Target]) -> list[Target]:
    """French and European targets first, then those of other countries."""
    return sorted(targets, key=lambda one: one.id in FOREIGN)


def documents(visit: Visit, one: Registered, *, abroad: bool) -> list[Document]:
    """Every document that concerns a card, with what each lacks; those of other countries where they are wanted."""
    return [
        Document(
            _(target.title),
            _(target.about),
            path_of("card_export", id=one.id, target=target.id),
            _ready(exported(visit, target, [one])),
            target.id in FOREIGN,
        )
        for target in shelved(exports.targets().values())
        if target.applies(one.card) and (abroad or target.id not in FOREIGN)
    ]


def _ready(made: Exported) -> str:
    needed = sum(lack.required for lack in made.lacks)
    if needed:
        return ngettext("lacks {count} thing that it needs", "lacks {count} things that it needs", needed).format(
            count=numerals.number(needed)
        )
    if made.faults:
        count = len(made.faults)
        return ngettext("{count} fault to repair", "{count} faults to repair", count).format(count=count)
    optional = len(made.lacks)
    if optional:
        said = ngettext("ready; {count} optional entry is empty", "ready; {count} optional entries are empty", optional)
        return said.format(count=numerals.number(optional))
    return _("ready")


def exported(visit: Visit, target: Target, found: Sequence[Registered]) -> Exported:
    """The document of some cards, of what the visitor may read."""
    from agglo.trust.register import subjects

    made = [subjects.of(visit.workspace, visit.person, one) for one in found]
    return target.export(made, today=today(visit))


@dataclass(frozen=True, slots=True)
class Opinion:
    """An opinion about a card: its title, its page, and who gave it, when, and where the reply stands."""

    title: str
    href: str
    about: str


def opinions(visit: Visit, id: str) -> list[Opinion]:
    """What councils and residents said of a card, as far as the visitor may read it."""
    from agglo.trust.governance import opinions as kept

    found = kept.of(visit.workspace, visit.person, f"card:{id}")
    return [
        Opinion(
            in_language(one.opinion.title),
            path_of("opinion", id=one.opinion.id),
            ", ".join(
                (
                    kept.giver(visit.workspace, one.opinion),
                    card_words.said_day(one.opinion.given),
                    _(kept.STANDINGS[one.standing(today(visit))]),
                )
            ),
        )
        for one in found
    ]
