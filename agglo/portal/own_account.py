"""What somebody may do here, in plain words, and what they asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agglo.contract.errors import AggloError
from agglo.contract.language import N_, _, in_language
from agglo.store import files
from agglo.store.workspace import Workspace
from agglo.trust.access import reading, rights
from agglo.trust.access.people import Person
from agglo.trust.accounts import accounts, tokens

ALLOWED: Mapping[str, str] = {
    "run": N_("ask models questions"),
    "add": N_("add data, declarations and studies"),
    "read-restricted": N_("read what is draft or restricted"),
    "approve": N_("decide who may see what is kept, and approve scenarios"),
    "administer": N_("manage accounts and give rights"),
}
"""What each right lets somebody do, in the order people read it."""
_LATEST = 10
_MOST_WAITING = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that somebody asked: ``route`` is the page that shows it."""

    id: str
    route: str
    model: str
    at: str
    state: str


@dataclass(frozen=True, slots=True)
class Own:
    """Somebody's account as its own page shows it."""

    account: accounts.Account
    role: str
    allowed: Sequence[str]
    administers: bool
    questions: Sequence[Asked]
    tokens: Sequence[tokens.Token]


def of(workspace: Workspace, person: Person) -> Own:
    """The account of somebody who has signed in."""
    held = rights.held(workspace, person)
    return Own(
        accounts.of(workspace, person.id),
        role_title(workspace, person.role),
        [*_by_role(held.everywhere), *(_granted(one.right, one.on) for one in held.grants)],
        "administer" in held.everywhere,
        [*_waiting(workspace, person), *_answered(workspace, person)][:_LATEST],
        tokens.listing(workspace, person.id),
    )


def role_title(workspace: Workspace, role: str) -> str:
    """A role as people read it."""
    known = rights.roles(workspace).get(role)
    return (in_language(known.title) if known else "") or role


def _by_role(held: frozenset[str]) -> list[str]:
    return [_(said) for right, said in ALLOWED.items() if right in held]


def _granted(right: str, on: rights.Asset) -> str:
    return _("{action}, here: {asset}").format(action=_(ALLOWED.get(right, right)), asset=on)


def _answered(workspace: Workspace, person: Person) -> list[Asked]:
    """Runs that somebody asked for and may still read, latest first."""
    from sqlalchemy import select

    from agglo.store.tables import run_askers, runs

    asked = (
        select(runs.c.id, runs.c.model, runs.c.version, runs.c.started, runs.c.state)
        .join_from(run_askers, runs)
        .where(run_askers.c.actor == person.id)
        .order_by(runs.c.id.desc())
        .limit(_LATEST)
    )
    states = {"finished": _("answered"), "failed": _("failed")}
    return [
        Asked(
            row["id"], "run", f"{row['model']} {row['version']}", row["started"], states.get(row["state"], row["state"])
        )
        for row in workspace.index.rows(asked)
        if _may_read(workspace, person, row["id"])
    ]


def _may_read(workspace: Workspace, person: Person, run: str) -> bool:
    try:
        reading.run(workspace, person, run)
    except AggloError:
        return False
    return True


def _waiting(workspace: Workspace, person: Person) -> list[Asked]:
    """Questions of somebody that are not answered yet, latest first."""
    found: dict[str, Asked] = {}
    for asking in sorted(workspace.requests.glob("*.asked.json"), reverse=True)[:_MOST_WAITING]:
        name = asking.name.partition(".")[0]
        if name not in found and _actor(asking) == person.id:
            found |= {one.id: one for one in _question(workspace.requests / f"{name}.json")}
    return list(found.values())


def _actor(asking: Path) -> str:
    try:
        return str(files.read_json(asking).get("actor", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _question(path: Path) -> Iterator[Asked]:
    try:
        content = files.read_json(path)
        yield Asked(content["id"], "request", f"{content['model']['id']} {content['model']['version']}",
                    content["asked"], _("waiting"))  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return
