"""What opinions and responsibilities are about, as a person may read it: what they may not read is not there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from agglo.contract.errors import Damaged
from agglo.contract.language import N_, _, in_language
from agglo.store.workspace import Workspace
from agglo.studies.study import Scenario, Study
from agglo.trust.access import reading, rights
from agglo.trust.access.people import Person
from agglo.trust.access.rights import Asset, Kind
from agglo.trust.deal import keeping, signing
from agglo.trust.deal.keeping import Kept
from agglo.trust.register import registered

STRATEGY = "strategy"

LABELS: Mapping[str, str] = {
    "card": N_("Card: {title}"),
    "dataset": N_("Data: {title}"),
    "model": N_("Model: {title}"),
    "study": N_("Study: {title}"),
    "scenario": N_("Scenario: {title}"),
    "deal": N_("Commitments: {title}"),
}
EVERY: Mapping[str, str] = {
    "card": N_("Every card"),
    "dataset": N_("Every dataset"),
    "model": N_("Every model"),
    "study": N_("Every study"),
    "deal": N_("Every deal"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """What something is about: ``name`` as it is written (``card:ID``), its ``kind``, its identifier, its
    scenario or version (``part``), and its title; ``asset`` is what rights are checked on."""

    name: str
    kind: str
    id: str
    part: str
    title: str
    asset: Asset

    def words(self) -> str:
        """What it is, as people read it.

        >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
        >>> Target("card:leaks", "card", "leaks", "", "Leak finder", Asset("card", "leaks")).words()
        'Card: Leak finder'
        """
        if self.kind == STRATEGY:
            return _("The strategy")
        said = _(LABELS[self.kind]).format(title=self.title)
        return _("{title}, version {version}").format(title=said, version=self.part) if self.kind == "deal" else said


def in_words(asset: str, title: str) -> str:
    """What a line of responsibilities is about, as people read it; ``title`` is that of the one thing it names.

    >>> in_words("card:leaks", "Leak finder"), in_words("model:*", "")
    ('Card: Leak finder', 'Every model')
    """
    kind, _colon, one = asset.partition(":")
    if kind == "workspace":
        return _("Everything kept here")
    if one == "*":
        return _(EVERY[kind])
    if one.endswith("*"):
        return _("{kind} whose identifier begins with {beginning}").format(kind=_(EVERY[kind]), beginning=one[:-1])
    return _(LABELS[kind]).format(title=title or one)


class Readable:
    """The assets that one person may read, looked for once each."""

    def __init__(self, workspace: Workspace, person: Person) -> None:
        self.workspace, self.person = workspace, person

    @cached_property
    def cards(self) -> dict[str, str]:
        """Titles of the cards by identifier; a model of agglo has one."""
        return {one.id: one.title for one in registered.listing(self.workspace, self.person)}

    @cached_property
    def datasets(self) -> dict[str, str]:
        """Titles of the datasets by name."""
        found = reading.datasets(self.workspace, self.person, limit=None).rows
        return {str(one["name"]): str(one["title"] or one["name"]) for one in found}

    @cached_property
    def models(self) -> dict[str, str]:
        """Titles of the models that run here, by identifier."""
        from agglo.contract.model import installed

        return {name: self.cards.get(name, name) for name in installed()}

    @cached_property
    def studies(self) -> dict[str, Study]:
        """The studies by name."""
        return {one.study.name: one.study for one in reading.studies(self.workspace, self.person)}

    @cached_property
    def deals(self) -> dict[str, list[Kept]]:
        """The versions of each deal: a version that nobody signed is for those who may read what is restricted."""
        found = {name: list(self._versions(name)) for name in keeping.names(self.workspace)}
        return {name: known for name, known in found.items() if known}

    def _versions(self, name: str) -> Iterator[Kept]:
        every = rights.may(self.workspace, self.person, "read-restricted", Asset("deal", name))
        try:
            held = keeping.history(self.workspace, name)
        except Damaged:
            return
        yield from (one for one in held if every or signing.signatures(one))

    def names(self) -> list[str]:
        """Everything an opinion may be about, as it is written."""
        found = [STRATEGY, *(f"card:{one}" for one in self.cards)]
        for name, study in self.studies.items():
            found += [f"study:{name}", *(f"scenario:{name}/{one}" for one in study.scenarios)]
        return found + [f"deal:{one.reference}" for known in self.deals.values() for one in known]

    def target(self, name: str) -> Target | None:
        """What an opinion is about; None where there is no such thing that the person may read."""
        kind, _colon, rest = name.partition(":")
        find = {"card": self._card, "study": self._study, "scenario": self._scenario, "deal": self._deal}.get(kind)
        if name == STRATEGY:
            return Target(name, STRATEGY, "", "", "", rights.WORKSPACE)
        found = find(rest) if find else None
        return None if found is None else Target(name, kind, *found[:3], Asset(found[3], found[4]))

    def _card(self, id: str) -> "tuple[str, str, str, Kind, str] | None":
        return (id, "", self.cards[id], "card", id) if id in self.cards else None

    def _study(self, name: str) -> "tuple[str, str, str, Kind, str] | None":
        if name not in self.studies:
            return None
        return name, "", in_language(self.studies[name].title) or name, "study", name

    def _scenario(self, rest: str) -> "tuple[str, str, str, Kind, str] | None":
        name, _slash, part = rest.partition("/")
        found = self._study(name)
        scenario = self._scenarios(name).get(part) if found else None
        if found is None or scenario is None:
            return None
        return name, part, f"{found[2]}, {in_language(scenario.title) or part}", "study", name

    def _scenarios(self, study: str) -> Mapping[str, Scenario]:
        """The scenarios of a study, those it no longer has included: an opinion on one stays."""
        held = reading.study(self.workspace, self.person, study)
        return {name: one for kept in held for name, one in kept.study.scenarios.items()}

    def _deal(self, reference: str) -> "tuple[str, str, str, Kind, str] | None":
        name, _at, version = reference.partition("@")
        kept = next((one for one in self.deals.get(name, ()) if str(one.version) == version), None)
        if kept is None:
            return None
        return name, version, in_language(kept.deal.title), "deal", reference

    def title(self, asset: str) -> str | None:
        """The title of what a line of responsibilities names; nothing where it stands for many; None where there is no
        such thing that the person may read."""
        kind, _colon, name = asset.partition(":")
        if asset == "workspace":
            return ""
        known = self._titles(kind)
        if name.endswith("*"):
            return "" if any(one.startswith(name[:-1]) for one in known) else None
        return known.get(name)

    def _titles(self, kind: str) -> Mapping[str, str]:
        """Titles by identifier, of one kind."""
        if kind == "study":
            return {name: in_language(one.title) or name for name, one in self.studies.items()}
        if kind == "deal":
            return {name: in_language(known[-1].deal.title) for name, known in self.deals.items()}
        return {"card": self.cards, "dataset": self.datasets, "model": self.models}[kind]
