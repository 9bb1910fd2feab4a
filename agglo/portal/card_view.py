"""One card as its page shows it: what it costs, where it stands under the AI Act, what it is exported to."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from agglo.contract import numerals
from agglo.contract.card import Card, choice_label, label
from agglo.contract.errors import InvalidInput, NotFound
from agglo.contract.language import _, in_language, ngettext
from agglo.footprint.record import Bounds
from agglo.portal import askable, card_list, card_words
from agglo.portal.app import path_of
from agglo.portal.card_words import Line, Word
from agglo.portal.visits import Visit
from agglo.studies.report import wording
from agglo.trust.access import reading, rights
from agglo.trust.access.rights import Asset, Right
from agglo.trust.register import exports, registered, states, use
from agglo.trust.register.exports import Exported, Target
from agglo.trust.register.registered import Registered

_TURN_TO = ("human_channel", "human_hours", "human_telephone")
_RESIDENT = (*_TURN_TO, "contest", "left_out")
_PROPOSED = 3
_MONTHS = 24


def today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


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


def resident(card: Card) -> list[Line]:
    """What a resident looks for first: who to talk to, how to contest, who may be left out, as far as it is asked."""
    asked, lacking = set(card.asked()), card.lacking()
    paths = [f"authority.{name}" for name in _RESIDENT]
    return [
        Line(path, label(path), () if path in lacking else card_words.words(path, card.value(path)))
        for path in paths
        if path in asked or path not in lacking
    ]


def lead(card: Card) -> list[str]:
    """What it is for, a paragraph for each line of the text."""
    return [line for line in card_words.plain_purpose(card).splitlines() if line.strip()]


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


def sources(card: Card) -> list[list[str]]:
    """The data that it processes, as rows of a table."""
    return [
        [one.what, one.source or "–", one.collected or "–", ", ".join(filter(None, (one.kind, one.amount))) or "–"]
        for one in card.authority.sources
    ]


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
    return [Like(like.id, *_titled(like.id, others[like.id]), tuple(like.why)) for like in near if like.score >= least]


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
    rows = [(month, numerals.number(count)) for month, count in months]
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
    first, last = numerals.day(found.first), numerals.day(found.last or found.first)
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
    checked = numerals.day(said.ai_act_checked) if said.ai_act_checked else _("not answered yet")
    return [
        (label("authority.ai_act_class"), choice_label("ai_act_class", said.ai_act_class) or _("not declared")),
        (
            label("authority.ai_act_roles"),
            ", ".join(choice_label("ai_act_roles", one) for one in said.ai_act_roles) or _("not declared"),
        ),
        (label("authority.ai_act_checked"), checked),
    ]


def models(visit: Visit, one: Registered) -> list[tuple[Word, Word]]:
    """The models that it runs on here, each with its answers."""
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
    """A document that a card is exported to, and whether it is ready."""

    title: str
    about: str
    href: str
    said: str


def documents(visit: Visit, one: Registered) -> list[Document]:
    """Every document that concerns a card, with what each lacks."""
    return [
        Document(
            _(target.title),
            _(target.about),
            path_of("card_export", id=one.id, target=target.id),
            _ready(exported(visit, target, [one])),
        )
        for target in exports.targets().values()
        if target.applies(one.card)
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
    return target.export(made, today=today())


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
                    numerals.day(one.opinion.given),
                    _(kept.STANDINGS[one.standing(today())]),
                )
            ),
        )
        for one in found
    ]
