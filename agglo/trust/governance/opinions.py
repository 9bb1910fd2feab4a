"""How opinions are kept: ``opinions/ID/``, sealed, with the replies to each as events. One is public once it is added.

Whoever may not read what an opinion is about does not see it, as if it were not there. The opinions that come with
agglo for a territory are shown from the package; the first reply to one has it kept in the workspace.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from agglo.contract.errors import Damaged, Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import N_, Text, _, in_language
from agglo.store import files, locks, sealed
from agglo.store.identifiers import new_id, now
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace
from agglo.trust.access import rights
from agglo.trust.access.people import Person
from agglo.trust.deal.fields import SHORT_NAME
from agglo.trust.deal.reading import is_day
from agglo.trust.governance import bodies
from agglo.trust.governance import opinion as texts
from agglo.trust.governance.assets import Readable, Target
from agglo.trust.governance.opinion import Opinion

FOLDER, KIND, FILE, REPLY = "opinions", "opinion", "opinion.json", "reply"
LONGEST_REPLY, LONGEST_FUNCTION = 20_000, 200

Standing = Literal["overdue", "owed", "undated", "replied late", "replied"]
STANDINGS: Mapping[str, str] = {
    "overdue": N_("reply overdue"),
    "owed": N_("reply owed"),
    "undated": N_("no reply yet, no date said"),
    "replied late": N_("replied late"),
    "replied": N_("replied"),
}
"""Where the reply to an opinion stands, by what should be looked at first."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply: its text, the function of whoever gave it, the day they say (YYYY-MM-DD), and the instant it was kept.
    Two replies that differ by that instant alone are the same."""

    text: Text
    by: str
    day: str
    recorded: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """An opinion with what it is about and the replies to it, oldest first; ``sealed`` is None where it is shown from
    the package."""

    opinion: Opinion
    target: Target
    sealed: Sealed | None
    replies: tuple[Reply, ...] = ()

    def standing(self, today: date | None = None) -> Standing:
        """Where the reply stands on a day, by default this one. It is late if its first reply came after the day."""
        due = self.opinion.reply_due
        if self.replies:
            return "replied late" if due and min(one.day for one in self.replies) > due else "replied"
        if not due:
            return "undated"
        return "overdue" if due < (today or _today()).isoformat() else "owed"

    def to_dict(self, today: date | None = None) -> dict[str, Any]:
        """The opinion, where it stands, and the replies."""
        replies = [{"text": dict(one.text), "by": one.by, "day": one.day} for one in self.replies]
        return {**self.opinion.to_dict(), "standing": self.standing(today), "replies": replies}


def listing(workspace: Workspace, person: Person, *, today: date | None = None) -> list[Kept]:
    """The opinions a person may read: those whose reply is overdue first, then owed, by the day it is due.

    One that has changed since it was kept is left out: :func:`damaged` names it.
    """
    known, order = Readable(workspace, person), list(STANDINGS)
    left_out = damaged(workspace)
    found = (_kept(workspace, name, known) for name in _names(workspace) if name not in left_out)
    held = [one for one in found if one]
    held.sort(key=lambda one: one.opinion.given, reverse=True)
    return sorted(held, key=lambda one: (order.index(one.standing(today)), one.opinion.reply_due))


def of(workspace: Workspace, person: Person, asset: str) -> list[Kept]:
    """The opinions a person may read on an asset: ``card:ID``, ``study:NAME`` (with those on its scenarios),
    ``scenario:STUDY/NAME``, ``deal:NAME`` (with those on each version), ``deal:NAME@VERSION`` or ``strategy``."""
    name = asset.removeprefix("study:")
    begins = (f"{asset}@", f"scenario:{name}/") if asset.startswith("study:") else (f"{asset}@",)
    every = listing(workspace, person)
    return [one for one in every if one.opinion.on == asset or one.opinion.on.startswith(begins)]


def by(workspace: Workspace, person: Person, body: str) -> list[Kept]:
    """The opinions of a body that a person may read."""
    return [one for one in listing(workspace, person) if one.opinion.body == body]


def giver(workspace: Workspace, opinion: Opinion) -> str:
    """Who gave an opinion, as people read it: the title of the body, its identifier if that is not known, or the title
    of the group."""
    if not opinion.body:
        return in_language(opinion.group)
    try:
        known = {one.id: one.title for one in bodies.read(workspace)}
    except InvalidInput:
        return opinion.body
    return in_language(known[opinion.body]) if opinion.body in known else opinion.body


def find(workspace: Workspace, person: Person, id: str) -> Kept:
    """The opinion of that identifier, checked against its manifest.

    Raises
    ------
    NotFound
        There is none that the person may read; the nearest is named.
    Damaged
        What is kept has changed.
    """
    known = Readable(workspace, person)
    found = _kept(workspace, id, known) if id in _names(workspace) else None
    if found is None:
        names = [one.opinion.id for one in listing(workspace, person)]
        raise NotFound(_('No opinion "{id}".').format(id=id[:80]), repair=nearest(id[:80], names))
    return found


def damaged(workspace: Workspace) -> list[str]:
    """Identifiers of the opinions that are no longer what was kept."""
    found = []
    for name in _names(workspace):
        try:
            _load(workspace, name)
        except Damaged:
            found.append(name)
    return found


def add(workspace: Workspace, person: Person, opinion: Opinion, *, today: date | None = None) -> Kept:
    """Keep an opinion for good; it is public from then on.

    Raises
    ------
    InvalidInput
        Lists all that is wrong: the identifier is taken, there is no such body, nothing that the person may read has
        the name it is about, a day is still to come.
    Forbidden
        The person may not add to what it is about.
    """
    target = Readable(workspace, person).target(opinion.on)
    rights.check(workspace, person, "add", target.asset if target else rights.WORKSPACE)
    with locks.hold(workspace.lock("opinions")):
        faults = [*_against(workspace, person, opinion, today or _today())]
        if faults or target is None:
            raise InvalidInput(_("This opinion cannot be kept."), faults)
        return Kept(opinion, target, _seal(workspace, opinion))


def reply(
    workspace: Workspace, person: Person, id: str, *, text: Text, by: str, day: str = "", today: date | None = None
) -> Kept:
    """Reply to an opinion: ``by`` is the function of whoever replies, never a name; ``day`` is today if it is empty.

    The very same reply, sent twice, is kept once.

    Raises
    ------
    NotFound
        There is no such opinion that the person may read.
    Forbidden
        The person may not approve what it is about.
    InvalidInput
        Lists all that is wrong.
    """
    found = find(workspace, person, id)
    rights.check(workspace, person, "approve", found.target.asset)
    current = (today or _today()).isoformat()
    given = {language: said.strip() for language, said in text.items() if said.strip()}
    faults = [*_against_reply(found.opinion, given, by.strip(), day or current, current)]
    if faults:
        raise InvalidInput(_("This reply cannot be kept."), faults)
    with locks.hold(workspace.lock("opinions")):
        folder = Sealed(_folder(workspace, id))
        folder = folder if folder.exists else _seal(workspace, found.opinion)
        content: dict[str, Any] = {"text": given, "by": by.strip(), "day": day or current}
        if Reply(**content) not in _replies(folder):
            folder.add_event(REPLY, {**content, "actor": person.id, "role": person.role})
    return find(workspace, person, id)


def _against(workspace: Workspace, person: Person, opinion: Opinion, today: date) -> Iterator[Fault]:
    if opinion.id in _names(workspace):
        yield Fault("id", opinion.id, _("an identifier that no opinion has yet"))
    known = [one.id for one in bodies.read(workspace)]
    if opinion.body and opinion.body not in known:
        near = nearest(opinion.body, known)
        repair = _("Or give the title of the group as {example}.").format(example="{fr: ..., en: ...}")
        yield Fault("from", opinion.body, _("a body"), f"{near} {repair}")
    readable = Readable(workspace, person)
    if readable.target(opinion.on) is None:
        expected = _("card:ID, study:NAME, scenario:STUDY/NAME, deal:NAME@VERSION or strategy, of what is there")
        yield Fault("on", opinion.on[:80], expected, nearest(opinion.on[:80], readable.names()))
    for key, day in (("given", opinion.given), ("received", opinion.received)):
        if day > today.isoformat():
            yield Fault(key, day, _("{day} or earlier").format(day=today.isoformat()))


def _against_reply(opinion: Opinion, text: Text, by: str, day: str, today: str) -> Iterator[Fault]:
    if not text.get("fr"):
        yield Fault("text", _("nothing"), _("a reply in French"))
    for language, said in text.items():
        if len(said) > LONGEST_REPLY:
            got = _("{count} characters").format(count=len(said))
            yield Fault(f"text_{language}", got, _("at most {count}").format(count=LONGEST_REPLY))
    if not by or len(by) > LONGEST_FUNCTION:
        yield Fault("by", by[:40] or _("nothing"), _("the function of whoever replies, without a name"))
    if not is_day(day):
        yield Fault("day", day[:40], _("a day, YYYY-MM-DD"))
    elif not (opinion.received or opinion.given) <= day <= today:
        expected = _("a day from {first} to {last}").format(first=opinion.received or opinion.given, last=today)
        yield Fault("day", day, expected)


def _names(workspace: Workspace) -> list[str]:
    """Identifiers of every opinion, kept or bundled."""
    folder = workspace.root / FOLDER
    kept = [path.name for path in folder.iterdir() if Sealed(path).exists] if folder.is_dir() else []
    return sorted({*kept, *_bundled(workspace)})


def _bundled(workspace: Workspace) -> dict[str, Path]:
    """The opinions that come with agglo for the territory: their files by identifier."""
    territory = str(workspace.setting("territory"))
    folder = Path(str(resources.files("agglo.trust.governance"))) / "bundled" / territory / FOLDER
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))} if territory.isalnum() else {}


def _folder(workspace: Workspace, id: str) -> Path:
    return workspace.root / FOLDER / id


def _load(workspace: Workspace, id: str) -> tuple[Opinion, Sealed | None]:
    """An opinion that is there, and its folder if it is kept.

    Raises
    ------
    Damaged
        What is kept has changed.
    """
    folder = Sealed(_folder(workspace, id))
    if not (SHORT_NAME.fullmatch(id) and folder.exists):
        return texts.read(_bundled(workspace)[id]), None
    folder.check()
    try:
        found = texts.from_dict(folder.json(FILE))
    except InvalidInput as error:
        raise Damaged(_("A kept opinion cannot be read."), error.faults) from None
    if (found.id, folder.manifest.get("id")) != (id, id):
        raise Damaged(_("A kept folder is not where it belongs."), [Fault(id, str(folder.manifest.get("id")))])
    return found, folder


def _kept(workspace: Workspace, id: str, known: Readable) -> Kept | None:
    """An opinion with its replies; None where what it is about may not be read."""
    found, folder = _load(workspace, id)
    target = known.target(found.on)
    if target is None:
        return None
    return Kept(found, target, folder, _replies(folder) if folder else ())


def _replies(folder: Sealed) -> tuple[Reply, ...]:
    return tuple(Reply(one["text"], one["by"], one["day"], one["at"]) for one in folder.events(REPLY))


def _seal(workspace: Workspace, opinion: Opinion) -> Sealed:
    staging = workspace.staging / new_id()
    staging.mkdir()
    try:
        (staging / FILE).write_bytes(files.to_json(opinion.to_dict()))
        target = _folder(workspace, opinion.id)
        return sealed.seal(staging, target, kind=KIND, id=opinion.id, details={"kept": now()})
    finally:
        files.remove_tree(staging)


def _today() -> date:
    return datetime.now(UTC).date()
