"""The strategy's lines, read from ``strategy.yaml``, and the proofs of each as they stand for a reader."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from agglo.contract.documents import read_yaml
from agglo.contract.errors import NotFound
from agglo.contract.language import Text, _, in_language
from agglo.portal import askable
from agglo.portal.visits import Visit
from agglo.trust.access import reading
from agglo.trust.deal import keeping

FILE = Path(__file__).parent / "strategy.yaml"
KINDS = ("page", "model", "dataset", "study", "deal")
"""What may bear a line out."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a line may be borne out: a kind of :data:`KINDS`, a name, and what people read where the name says little.

    ``*`` ends the name of a model that may be any of a system: ``water.*``.
    """

    kind: str
    name: str
    label: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the strategy; ``waits`` is what it waits for as long as nothing bears it out."""

    id: str
    text: Text
    proofs: tuple[Proof, ...] = ()
    waits: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under a title, with the stakes, the directions of the authority and the bearers that are named for them."""

    id: str
    title: Text
    lines: tuple[Line, ...]
    stakes: tuple[Text, ...] = ()
    directions: Text = field(default_factory=dict)
    bearers: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Strategy:
    """The whole of it: where it is from, its principles, what it plans, its projects, and the council's alerts."""

    source: Text
    adopted: str
    principles: tuple[Text, ...]
    frames: tuple[Group, ...]
    projects: tuple[Line, ...]
    axes: tuple[Line, ...]
    alerts: tuple[Group, ...]

    def lines(self) -> Iterator[Line]:
        """Every line, in the order of the page."""
        for group in (*self.alerts, *self.frames):
            yield from group.lines
        yield from self.projects
        yield from self.axes


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as it stands: its text, links (address and words) to what bears it out, else what it waits for."""

    id: str
    text: str
    links: tuple[tuple[str, str], ...]
    waits: str

    @property
    def live(self) -> bool:
        """Whether something here bears it out."""
        return bool(self.links)


@cache
def strategy() -> Strategy:
    """The strategy that comes with agglo."""
    content = read_yaml(FILE, "strategy.yaml")
    return Strategy(
        source=content["source"],
        adopted=content["adopted"],
        principles=tuple(content["principles"]),
        frames=tuple(_group(one, "actions") for one in content["frames"]),
        projects=tuple(map(_line, content["projects"])),
        axes=tuple(map(_line, content["axes"])),
        alerts=tuple(_group(one, "lines") for one in content["alerts"]),
    )


def _group(given: Mapping[str, Any], lines: str) -> Group:
    more = {key: given[key] for key in ("directions", "bearers") if key in given}
    return Group(given["id"], given["title"], tuple(map(_line, given[lines])), tuple(given.get("stakes", ())), **more)


def _line(given: Mapping[str, Any]) -> Line:
    proofs = tuple(_proof(one) for one in given.get("proofs", ()))
    return Line(given["id"], given["text"], proofs, given.get("waits", {}))


def _proof(given: Mapping[str, Any]) -> Proof:
    kind = next(kind for kind in KINDS if kind in given)
    return Proof(kind, given[kind], given.get("label", {}))


class Checking:
    """What bears lines out for one reader, looked for once each while a page is made."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self._known: dict[tuple[str, str], tuple[str, str] | None] = {}

    def shown(self, line: Line) -> Shown:
        """A line as it stands now."""
        found = (self.link(proof) for proof in line.proofs)
        links = tuple(link for link in found if link)
        return Shown(line.id, in_language(line.text), links, "" if links else in_language(line.waits))

    def link(self, proof: Proof) -> tuple[str, str] | None:
        """Address and words of what bears a line out; None where there is no such thing that the reader may read."""
        key = (proof.kind, proof.name)
        if key not in self._known:
            self._known[key] = _LOOK_UPS[proof.kind](self.visit, proof.name)
        found = self._known[key]
        if found and proof.label:
            return found[0], in_language(proof.label)
        return found


def _page(_visit: Visit, name: str) -> tuple[str, str] | None:
    from agglo.portal import app

    known = {route.name for route in app.routes()}
    return (app.path_of(name), name) if name in known else None


def _model(visit: Visit, name: str) -> tuple[str, str] | None:
    from agglo.portal.app import path_of

    known = askable.entries(visit.workspace)
    found = next((known[one].model for one in sorted(known) if fnmatchcase(one, name)), None)
    if found is None:
        return None
    return path_of("model", id=found.id), _("Model: {title}").format(title=in_language(found.title) or found.id)


def _dataset(visit: Visit, name: str) -> tuple[str, str] | None:
    from agglo.portal.app import path_of

    try:
        found = reading.dataset(visit.workspace, visit.person, name)
    except NotFound:
        return None
    title = found.description["title"]
    said = in_language(title) if isinstance(title, Mapping) else str(title)
    return path_of("dataset", name=name), _("Data: {title}").format(title=said)


def _study(visit: Visit, name: str) -> tuple[str, str] | None:
    from agglo.portal.app import path_of

    try:
        found = reading.study(visit.workspace, visit.person, name)[-1].study
    except NotFound:
        return None
    title = in_language(found.title) or name
    return path_of("study", name=name), _("Study: {title}").format(title=title)


def _deal(visit: Visit, name: str) -> tuple[str, str] | None:
    from agglo.portal.app import path_of

    if not keeping.versions(visit.workspace, name):
        return None
    title = in_language(keeping.load(visit.workspace, name).deal.title)
    return path_of("deal", name=name), _("Commitments: {title}").format(title=title)


_LOOK_UPS: Mapping[str, Callable[[Visit, str], tuple[str, str] | None]] = {
    "page": _page,
    "model": _model,
    "dataset": _dataset,
    "study": _study,
    "deal": _deal,
}
