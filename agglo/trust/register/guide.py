"""A plain guide to the techniques of the register: what each is, how it goes wrong, and which cards here use it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from agglo.contract.card import Card
from agglo.contract.documents import read_yaml
from agglo.contract.language import Text
from agglo.contract.model import installed
from agglo.footprint.record import Bounds
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.register import registered, use
from agglo.trust.register.registered import Registered
from agglo.trust.register.use import Use

FILE = Path(__file__).parent / "guide.yaml"


@dataclass(frozen=True, slots=True)
class Technique:
    """A technique in words: three sentences on what it is, an everyday comparison, what it is good for, how it goes
    wrong, what to ask of it, and how much energy it takes, in words."""

    id: str
    title: Text
    what: tuple[Text, ...]
    like: Text
    good: tuple[Text, ...]
    wrong: tuple[Text, ...]
    ask: tuple[Text, ...]
    energy: Text


@dataclass(frozen=True, slots=True)
class Measured:
    """What the kept runs of some models cost together, and what partners declared of them: ``known`` runs out of
    ``runs`` have a known footprint, and ``energy_kwh`` is the sum (low, central, high), None where nothing is known."""

    runs: int = 0
    known: int = 0
    declared: int = 0
    energy_kwh: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A technique, the cards that use it here, and what the models among them were measured to cost."""

    technique: Technique
    cards: tuple[Registered, ...]
    measured: Measured


@dataclass(frozen=True, slots=True)
class Guide:
    """Every technique in order, and the cards of held systems that do not say which they use."""

    chapters: tuple[Chapter, ...]
    unsaid: tuple[Registered, ...]


def of(workspace: Workspace, person: Person) -> Guide:
    """The guide as a person may read it: the cards in it are those that they may read."""
    known, models = registered.listing(workspace, person), installed()
    costs = {one.id: use.of(workspace, person, one.id, Card()) for one in known if one.id in models}
    return Guide(
        tuple(_chapter(one, known, costs) for one in techniques()),
        tuple(one for one in known if "maker.techniques" in one.card.missing()),
    )


@cache
def techniques() -> tuple[Technique, ...]:
    """Every technique, from the simplest to the heaviest."""
    return tuple(_technique(one) for one in read_yaml(FILE, FILE.name))


def _technique(given: Any) -> Technique:
    lists = {name: tuple(given[name]) for name in ("what", "good", "wrong", "ask")}
    return Technique(id=given["id"], title=given["title"], like=given["like"], energy=given["energy"], **lists)


def _chapter(technique: Technique, known: Sequence[Registered], costs: dict[str, Use]) -> Chapter:
    using = tuple(one for one in known if technique.id in one.card.maker.techniques)
    return Chapter(technique, using, _measured(costs[one.id] for one in using if one.id in costs))


def _measured(uses: Iterable[Use]) -> Measured:
    """Sums over models; a bound that is unknown of one of them is unknown of all together."""
    held = [one for one in uses if one.runs or one.declared]
    return Measured(
        runs=sum(one.runs for one in held),
        known=sum(one.known for one in held),
        declared=sum(one.declared for one in held),
        energy_kwh=use.summed([one.energy_kwh for one in held if one.energy_kwh is not None]),
    )
