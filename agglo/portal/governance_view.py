"""What pages of governance are made of: assets and their addresses, bodies, opinions and where their replies stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agglo.contract.language import _, in_language
from agglo.portal import html
from agglo.portal.app import path_of
from agglo.portal.card_words import said_day
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.governance import assets, bodies, opinions, organisation, responsibilities
from agglo.trust.governance.assets import Readable, Target
from agglo.trust.governance.bodies import Body
from agglo.trust.governance.gaps import Gap
from agglo.trust.governance.opinions import Kept, Reply
from agglo.trust.governance.organisation import Direction, Partner

_PARTS = {"dataset": "name", "study": "name", "deal": "name"}
_TAGS = {
    "overdue": "overdue",
    "owed": "proposed",
    "undated": "proposed",
    "replied late": "approved",
    "replied": "approved",
}
"""The colour of each standing of a reply."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An opinion as a list shows it: ``tag`` is the class of its standing, which ``standing`` says in words."""

    id: str
    title: str
    giver: str
    about: str
    href: str
    given: str
    standing: str
    tag: str


def opinion(workspace: Workspace, kept: Kept) -> Shown:
    """An opinion as a list shows it."""
    said = kept.opinion
    label, href = about(kept.target)
    return Shown(
        id=said.id,
        title=in_language(said.title),
        giver=opinions.giver(workspace, said),
        about=label,
        href=href,
        given=said_day(said.given),
        standing=standing(kept),
        tag=_TAGS[kept.standing()],
    )


def standing(kept: Kept) -> str:
    """Where the reply to an opinion stands, as a sentence."""
    due = said_day(kept.opinion.reply_due) if kept.opinion.reply_due else ""
    replied = said_day(min(one.day for one in kept.replies)) if kept.replies else ""
    said = {
        "overdue": _("Reply overdue: it was owed by {due}"),
        "owed": _("Reply owed by {due}"),
        "undated": _("No reply yet, and no date by which one is due is said"),
        "replied late": _("Replied on {replied}, late: it was owed by {due}"),
        "replied": _("Replied on {replied}"),
    }[kept.standing()]
    return said.format(due=due, replied=replied)


def reply(one: Reply) -> tuple[str, str, str]:
    """A reply as the page of its opinion shows it: its day, with the one it was kept here on where that is another, who
    gave it, and its text."""
    day = said_day(one.day)
    recorded = html.day(one.recorded) if one.recorded else day
    told = day if recorded == day else _("{day} (recorded here on {recorded})").format(day=day, recorded=recorded)
    return told, one.by, in_language(one.text)


def about(target: Target) -> tuple[str, str]:
    """What an opinion is about, in words, and the address of its page."""
    if target.kind == assets.STRATEGY:
        return target.words(), path_of("strategy")
    if target.kind == "deal":
        return target.words(), f"{path_of('deal', name=target.id)}?version={target.part}"
    kind = "study" if target.kind == "scenario" else target.kind
    return target.words(), path_of(kind, **{_PARTS.get(kind, "id"): target.id})


def asset(name: str, title: str) -> Any:
    """The cell of a table for what a line of responsibilities is about: a link where it is one thing."""
    kind, _colon, one = name.partition(":")
    said = assets.in_words(name, title)
    if kind == "workspace" or one.endswith("*"):
        return said
    return {"text": said, "href": path_of(kind, **{_PARTS.get(kind, "id"): one})}


def members(workspace: Workspace, body: Body) -> list[str] | None:
    """The members of a body as people read them; None where they are not said."""
    if body.members is None:
        return None
    return [
        responsibilities.holder_title(workspace, one.id) if one.id else in_language(one.function)
        for one in body.members
    ]  # fmt: skip


def levels(workspace: Workspace) -> list[tuple[str, str, list[Body]]]:
    """The four levels with their bodies: identifier, title, bodies."""
    found = bodies.read(workspace)
    return [(level, _(said), [one for one in found if one.level == level]) for level, said in bodies.LEVELS.items()]


def directions(workspace: Workspace) -> list[list[Any]]:
    """Rows of the table of directions."""
    return [[in_language(one.title), in_language(one.about) or "–"] for one in organisation.directions(workspace)]


def partners(workspace: Workspace) -> list[list[Any]]:
    """Rows of the table of partners; a star stands where the kind was not checked against the source."""
    rows = []
    for one in organisation.partners(workspace):
        kind, name = _(organisation.KINDS[one.kind]), in_language(one.title)
        cell = {"text": name, "href": one.website} if one.website else name
        told = f"{kind} *" if "kind" in one.unreviewed else kind
        rows.append([cell, in_language(one.place) or _("not said"), told])
    return rows


def some_unchecked(workspace: Workspace) -> bool:
    """Whether the kind of a partner was not checked against the source."""
    return any("kind" in one.unreviewed for one in organisation.partners(workspace))


def sources(parts: Iterable[Direction | Partner]) -> list[str]:
    """Where what is said of directions or partners comes from, each source once."""
    return [said for said in dict.fromkeys(in_language(one.source) for one in parts) if said]


def duties(workspace: Workspace, person: Person) -> list[list[Any]]:
    """Rows of the table of who answers for what; what the person may not read is left out."""
    known, roles = Readable(workspace, person), responsibilities.roles()
    rows = []
    for one in responsibilities.read(workspace):
        title = known.title(one.asset)
        if title is not None:
            letter = _(responsibilities.LETTERS[one.raci])
            holder = responsibilities.holder_title(workspace, one.holder)
            since = said_day(one.since) if one.since else "–"
            rows.append([asset(one.asset, title), in_language(roles[one.role].title), holder, letter, since])
    return rows


def lacking(found: list[Gap]) -> list[list[Any]]:
    """Rows of the table of what nobody answers for."""
    roles = responsibilities.roles()
    rows = []
    for one in found:
        lacks = [in_language(roles[name].title) for name in one.missing]
        if one.accountable != 1:
            several = _("one only who is accountable: {count} are").format(count=one.accountable)
            lacks.append(several if one.accountable else _("somebody who is accountable"))
        rows.append([asset(one.asset, one.title), ", ".join(lacks)])
    return rows
