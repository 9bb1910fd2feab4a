"""The bodies of governance, each with its level: ``governance/bodies.yaml``."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from agglo.contract.errors import Fault, NotFound, nearest
from agglo.contract.language import N_, Text, _
from agglo.store.workspace import Workspace
from agglo.trust.deal.fields import Fields
from agglo.trust.deal.reading import is_day
from agglo.trust.governance import files, organisation

NAME = "bodies"
LEVELS: Mapping[str, str] = {
    "decide": N_("Decides"),
    "steer": N_("Steers"),
    "operate": N_("Operates"),
    "advise": N_("Advises"),
}
"""The four levels of the council's opinion (decision, steering, operation, consultation), by identifier."""

_BODY = ("id", "title", "level", "members", "meets", "decides", "decisions", "source")
_DECISION = ("date", "title", "text")


@dataclass(frozen=True, slots=True)
class Member:
    """Who sits in a body: a direction or partner by its identifier, else a function. Never a person by name."""

    id: str = ""
    function: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a body decided, on which day (YYYY-MM-DD); ``text`` says more of it, if it is given."""

    date: str
    title: Text
    text: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """A body; ``members`` is None where they are not said. ``decides`` is what it decides of."""

    id: str
    title: Text
    level: str
    members: tuple[Member, ...] | None = None
    meets: Text = field(default_factory=dict)
    decides: Text = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    source: Text = field(default_factory=dict)


def read(workspace: Workspace) -> tuple[Body, ...]:
    """The bodies, in the order of their file.

    Raises
    ------
    InvalidInput
        The file is malformed, or a member is neither a direction nor a partner; all that is wrong is listed.
    """
    return files.held(workspace, NAME, (NAME, organisation.DIRECTIONS, organisation.PARTNERS), made)


def find(workspace: Workspace, id: str) -> Body:
    """The body of that identifier.

    Raises
    ------
    NotFound
        There is none; the nearest is named.
    """
    known = {one.id: one for one in read(workspace)}
    if id not in known:
        raise NotFound(_('No body "{id}".').format(id=id[:80]), repair=nearest(id[:80], list(known)))
    return known[id]


def made(workspace: Workspace, faults: list[Fault]) -> tuple[Body, ...]:
    """The bodies of the file, what is wrong with it added to ``faults``."""
    known = organisation.titles(workspace, faults)
    given = enumerate(files.entries(workspace, NAME, faults), 1)
    found = tuple(_body(one, rank, known, faults) for rank, one in given)
    files.refuse_twice(NAME, [*known, *(one.id for one in found)], faults)
    return found


def _body(content: Any, rank: int, known: Collection[str], faults: list[Fault]) -> Body:
    entry = files.fields(content, NAME, rank, _BODY, faults)
    members, decisions = entry.given("members"), entry.items("decisions", required=False)
    return Body(
        id=entry.short_name("id"),
        title=files.text(entry, "title", required=True),
        level=entry.choice("level", list(LEVELS)),
        members=None if members is None else _members(entry, known),
        meets=files.text(entry, "meets"),
        decides=files.text(entry, "decides"),
        decisions=tuple(_decision(entry, one, rank) for rank, one in enumerate(decisions, 1)),
        source=files.text(entry, "source"),
    )


def _members(entry: Fields, known: Collection[str]) -> tuple[Member, ...]:
    found = []
    for rank, one in enumerate(entry.items("members", required=False), 1):
        if isinstance(one, str) and one in known:
            found.append(Member(id=one))
        elif isinstance(one, Mapping):
            inner = Fields({"function": one}, entry.place("members"), ("function",), entry.faults)
            found.append(Member(function=inner.texts("function")))
        else:
            near = nearest(str(one)[:80], list(known))
            expected = _("a direction or a partner, or a function as {example}").format(example="{fr: ..., en: ...}")
            entry.fault("members", f"{rank}: {str(one)[:60]}", expected, near)
    return tuple(found)


def _decision(body: Fields, content: Any, rank: int) -> Decision:
    entry = Fields(content, f"{body.place('decisions')}.{rank}", _DECISION, body.faults)
    day = entry.text("date")
    if day and not is_day(day):
        entry.fault("date", day[:80], _("a day, YYYY-MM-DD"))
    return Decision(day, files.text(entry, "title", required=True), files.text(entry, "text"))
