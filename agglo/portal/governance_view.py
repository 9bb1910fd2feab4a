"""What pages of governance are made of: assets and their addresses, bodies, opinions and where their replies stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agglo.contract import numerals
from agglo.contract.language import N_, _, in_language
from agglo.portal.app import path_of
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.governance import bodies, opinions, organisation, responsibilities
from agglo.trust.governance.assets import Readable, Target
from agglo.trust.governance.bodies import Body
from agglo.trust.governance.gaps import Gap
from agglo.trust.governance.opinions import Kept
from agglo.trust.governance.organisation import Direction, Partner

_LABELS: Mapping[str, str] = {
    "card": N_("Card: {title}"),
    "dataset": N_("Data: {title}"),
    "model": N_("Model: {title}"),
    "study": N_("Study: {title}"),
    "scenario": N_("Scenario: {title}"),
    "deal": N_("Commitments: {title}"),
}
_EVERY: Mapping[str, str] = {
    "card": N_("Every card"),
    "dataset": N_("Every dataset"),
    "model": N_("Every model"),
    "study": N_("Every study"),
    "deal": N_("Every deal"),
}
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
        given=numerals.day(said.given),
        standing=standing(kept),
        tag=_TAGS[kept.standing()],
    )


def standing(kept: Kept) -> str:
    """Where the reply to an opinion stands, as a sentence."""
    due = numerals.day(kept.opinion.reply_due) if kept.opinion.reply_due else ""
    replied = numerals.day(min(one.day for one in kept.replies)) if kept.replies else ""
    said = {
        "overdue": _("Reply overdue: it was owed by {due}"),
        "owed": _("Reply owed by {due}"),
        "undated": _("No reply yet, and no date by which one is due is said"),
        "replied late": _("Replied on {replied}, late: it was owed by {due}"),
        "replied": _("Replied on {replied}"),
    }[kept.standing()]
    return said.format(due=due, replied=replied)


def about(target: Target) -> tuple[str, str]:
    """What an opinion is about, in words, and the address of its page."""
    if target.kind == "strategy":
        return _("The strategy"), path_of("strategy")
    label = _(_LABELS[target.kind]).format(title=target.title)
    if target.kind == "deal":
        label = _("{title}, version {version}").format(title=label, version=target.part)
        return label, f"{path_of('deal', name=target.id)}?version={target.part}"
    kind = "study" if target.kind == "scenario" else target.kind
    return label, path_of(kind, **{_PARTS.get(kind, "id"): target.id})


def asset(name: str, title: str) -> Any:
    """The cell of a table for what a line of responsibilities is about: a link where it is one thing."""
    kind, _colon, one = name.partition(":")
    if kind == "workspace":
        return _("Everything kept here")
    if one == "*":
        return _(_EVERY[kind])
    if one.endswith("*"):
        return _("{kind} whose identifier begins with {beginning}").format(kind=_(_EVERY[kind]), beginning=one[:-1])
    label = _(_LABELS[kind]).format(title=title or one)
    return {"text": label, "href": path_of(kind, **{_PARTS.get(kind, "id"): one})}


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
    """Rows of the table of partners; what was not checked against the source says so."""
    rows = []
    for one in organisation.partners(workspace):
        kind, name = _(organisation.KINDS[one.kind]), in_language(one.title)
        told = _("{kind} (not checked)").format(kind=kind) if "kind" in one.unreviewed else kind
        cell = {"text": name, "href": one.website} if one.website else name
        rows.append([cell, in_language(one.place) or _("not said"), told])
    return rows


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
            since = numerals.day(one.since) if one.since else "–"
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
