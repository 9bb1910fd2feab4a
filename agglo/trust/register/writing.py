"""Cards in hand are written here: one to fill, one filled, or many at once."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from agglo.contract.card import ENTRIES, Card, MakerPart, parse, read
from agglo.contract.card.reading import MAKER
from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import _, speaking
from agglo.store import files, locks
from agglo.store.workspace import Workspace
from agglo.trust.access import rights
from agglo.trust.access.people import Person
from agglo.trust.access.rights import Asset
from agglo.trust.register import cache, layout, makers, registered, template, use
from agglo.trust.register.cache import Read

_AT_REST = ("idea", "retired")
"""States that a card leaves through the usefulness gate alone."""


HISTORY_FOLDER = "history"
"""Below the register: the moves of each card, and a file that held comments of its own before it was rewritten."""
_COMMENTED_ENTRY = re.compile(r"#\s*(- )?[a-z_]+:")
"""An entry that a card to fill holds behind the sign #: no comment of a person."""


def new(
    workspace: Workspace,
    person: Person,
    id: str,
    *,
    title: Mapping[str, str] | None = None,
    card: Card | None = None,
) -> Path:
    """Write a card to fill: a commented file that holds what is known already; the answer is where it lies.

    It begins with ``card`` if one is given, else with what is published under that identifier or comes with agglo; what
    kept runs tell of it is filled in.

    Raises
    ------
    InvalidInput
        The identifier cannot be that of a card, or a card of that identifier is in hand.
    Forbidden
        The person may not add it.
    """
    check(workspace, person, [id])
    with hold(workspace):
        path = registered.path_of(workspace, id)
        if path.exists():
            raise _taken([id])
        start = card or _known(workspace, person, id)
        start = _titled(start, title) if title else start
        start = use.prefilled(start, use.of(workspace, person, id, start))
        beside = makers.listing(workspace).get(id)
        declared = _declared(beside.card) if beside else frozenset[str]()
        text = template.text(id, _own(start, beside), beside=declared)
        files.write_atomically(path, text.encode())
    return path


def save(workspace: Workspace, person: Person, id: str, card: Card) -> Path:
    """Write the whole card in hand, entries that are empty left out unless the file holds the help of a card to fill;
    the answer is where it lies.

    Raises
    ------
    InvalidInput
        The identifier cannot be that of a card; the one in hand cannot be read; or a project would begin, which is for
        :func:`agglo.trust.register.states.move` to do.
    Forbidden
        The person may not add it, or may not read the one that is in hand.
    """
    check(workspace, person, [id])
    with hold(workspace):
        _check_before(workspace, {id: card})
        return put(workspace, {id: card})[0]


def add_all(workspace: Workspace, person: Person, cards: Sequence[tuple[str, Card]], *, replace: bool = False) -> None:
    """Write many cards, all of them or none; errors as :func:`save`.

    Raises
    ------
    InvalidInput
        Besides: an identifier comes twice, or is in hand already and ``replace`` is not set. All of them are named.
    """
    with hold(workspace):
        check_all(workspace, person, cards, replace=replace)
        put(workspace, dict(cards))


def check_all(workspace: Workspace, person: Person, cards: Sequence[tuple[str, Card]], *, replace: bool) -> None:
    """Refuse what :func:`add_all` refuses, and write nothing."""
    names = [name for name, _card in cards]
    check(workspace, person, names)
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        faults = [Fault(name, _("several cards of this identifier"), _("one")) for name in twice]
        raise InvalidInput(_("These cards cannot be kept together."), faults)
    there = [name for name in names if registered.path_of(workspace, name).exists()]
    if there and not replace:
        raise _taken(there)
    _check_before(workspace, dict(cards))


def put(workspace: Workspace, written: Mapping[str, Card]) -> list[Path]:
    """Write cards in hand, whoever asks; a file that holds the help of a card to fill keeps it. The caller holds the
    lock."""
    beside = makers.listing(workspace)
    own = {registered.path_of(workspace, name): _own(card, beside.get(name)) for name, card in written.items()}
    again = {path.stem: (path, parse(layout.content(card), path.name)) for path, card in own.items()}
    if own:
        laid = [(path, _laid(path, card, beside.get(path.stem))) for path, card in own.items()]
        before = [one for path, text in laid for one in _with_own_comments(path, text)]
        files.write_in_order([*before, *((path, text.encode()) for path, text in laid)])
    cache.remember(workspace, "hand", again)
    return list(own)


def _with_own_comments(path: Path, text: str) -> list[tuple[Path, bytes]]:
    """The file that is there, to be kept beside the history of its card, where it holds comments that ``text`` has not:
    whoever wrote them finds them there."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    comments = {line.strip() for line in content.decode(errors="replace").splitlines() if line.lstrip().startswith("#")}
    kept = {line.strip() for line in text.splitlines()}
    if all(one in kept or _COMMENTED_ENTRY.match(one) for one in comments):
        return []
    folder = path.parent / HISTORY_FOLDER
    folder.mkdir(exist_ok=True)
    return [(folder / path.name, content)]


def _laid(path: Path, card: Card, beside: Read | None) -> str:
    """The text of a card: with its help, in the language it is in, where the file that is there holds it still."""
    try:
        code = template.language_of(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        code = None
    if code is None:
        return layout.text(card)
    told = _declared(beside.card) & card.lacking() if beside else frozenset[str]()
    with speaking(code):
        return template.text(path.stem, card, beside=told)


def hold(workspace: Workspace) -> Any:
    """The lock under which the register is written, published and moved."""
    return locks.hold(workspace.lock("register"))


def check(workspace: Workspace, person: Person, names: Sequence[str]) -> None:
    """Refuse identifiers that cannot be, then whoever may not write under them."""
    if faults := [fault for name in names if (fault := registered.fault_of_id(name))]:
        raise InvalidInput(_("This identifier cannot be that of a card."), faults)
    for name in names:
        rights.check(workspace, person, "add", Asset("card", name))
        if registered.path_of(workspace, name).exists():
            rights.check(workspace, person, "read-restricted", Asset("card", name))


def starts(before: str, after: str) -> bool:
    """Whether a project begins, or begins again, from one state to another: that is for
    :func:`agglo.trust.register.states.move` to do."""
    return before in _AT_REST and after not in _AT_REST


def _check_before(workspace: Workspace, written: Mapping[str, Card]) -> None:
    """Refuse to write over what cannot be read, or to have a project begin by writing its card."""
    faults, unreadable = [], list[Fault]()
    for name, card in written.items():
        before = cache.read_one(workspace, "hand", name, registered.path_of(workspace, name), read) or Read(Card())
        unreadable += before.faults
        was, state = before.card.authority.state, card.authority.state
        if starts(was, state):
            repair = _('"agglo register move {id} project" checks what it needs first.').format(id=name)
            faults.append(Fault(f"{name}: {ENTRIES['authority.state'].place}", state or _("nothing"), was, repair))
    if unreadable:
        raise InvalidInput(_("This card cannot be read."), unreadable)
    if faults:
        raise InvalidInput(_("A project begins through the usefulness gate."), faults)


def _taken(names: Sequence[str]) -> InvalidInput:
    repair = _("Edit it, or give another identifier.")
    faults = [Fault(f"register/{name}.yaml", _("a card of this identifier"), repair=repair) for name in names]
    return InvalidInput(_("It is in the register already."), faults)


def _known(workspace: Workspace, person: Person, id: str) -> Card:
    try:
        return registered.find(workspace, person, id).card
    except NotFound:
        return Card()


def _titled(card: Card, title: Mapping[str, str]) -> Card:
    given = {code: text for code, text in {**card.maker.title, **title}.items() if text.strip()}
    return card.model_copy(update={"maker": card.maker.model_copy(update={"title": given})})


def _own(card: Card, beside: Read | None) -> Card:
    """A card without what lies beside the model, word for word: the file would only repeat it."""
    if beside is None:
        return card
    told, known = card.maker.model_dump(), beside.card.maker.model_dump()
    return Card(
        maker=MakerPart(**{name: value for name, value in told.items() if value != known[name]}),
        authority=card.authority,
    )


def _declared(card: Card) -> frozenset[str]:
    """The entries of the maker's half that say something."""
    maker = (path for path, one in ENTRIES.items() if one.half == MAKER)
    return frozenset(path for path in maker if path not in card.lacking())
