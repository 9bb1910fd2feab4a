"""The watch list: rules, standards, registers and systems to keep an eye on, dated, sourced, due to be read again.

One list comes with agglo; ``watch.yaml`` of a workspace adds to it. An entry there that bears an identifier of ours
changes what it names of it, and nothing else: ``- {id: ai-act, consulted: "2027-01-10", next_look: "2027-07-01"}``.
"""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from agglo.contract.card import ENTRIES, Card
from agglo.contract.documents import read_yaml
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import N_, Text, _
from agglo.store.workspace import Workspace
from agglo.trust.deal.fields import Fields
from agglo.trust.register.registered import Registered

BUNDLED = Path(__file__).parent / "watch.yaml"
FILE = "watch.yaml"
"""Of a workspace, at its root."""

KINDS: Mapping[str, str] = {
    "rule": N_("Rules"),
    "standard": N_("Standards and guides"),
    "register": N_("Registers of other authorities"),
    "system": N_("Systems of other authorities"),
}
CERTAINTIES: Mapping[str, str] = {
    "read": N_("the text itself was read"),
    "secondary": N_("reported by others, the text itself was not seen"),
    "memory": N_("from memory, to be checked"),
}
CRITERIA: Mapping[str, str] = {
    path.partition(".")[2]: path
    for path in (
        "authority.state", "authority.holding", "authority.theme", "authority.tags", "authority.automation",
        "authority.individual_decisions", "authority.personal_data", "authority.public_facing",
        "authority.ai_act_class", "maker.techniques",
    )
}  # fmt: skip
"""What may tell which cards an entry concerns, and the entry of a card that it is about."""

_KEYS = (
    "id", "kind", "title", "about", "concerns", "cards", "dates", "source", "address", "consulted", "certainty",
    "next_look",
)  # fmt: skip
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PARTIAL_DAY = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-\d{2})?)?")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")


@dataclass(frozen=True, slots=True)
class Change:
    """What happens on a day (YYYY-MM-DD; a month or a year where no more is known)."""

    day: str
    what: Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to keep an eye on.

    ``concerns`` says in words whom it binds or interests. ``cards`` names the cards of the register that it is about:
    for each criterion of :data:`CRITERIA`, the values of which one must stand there. ``consulted`` is the day its
    source was read, ``next_look`` the day by which it must be read again; ``certainty`` is one of
    :data:`CERTAINTIES`. ``own``: written, or changed, in the workspace.
    """

    id: str
    kind: str
    title: Text
    about: Text
    concerns: Text
    cards: Mapping[str, tuple[str, ...]]
    dates: tuple[Change, ...]
    source: Text
    address: str
    consulted: str
    certainty: str
    next_look: str
    own: bool = False

    def is_due(self, today: datetime.date) -> bool:
        """Whether it must be read again by now."""
        return self.next_look <= today.isoformat()


@dataclass(frozen=True, slots=True)
class Concerned:
    """The cards that an entry is about; ``unsaid`` are those of which it may be, which do not say."""

    cards: tuple[Registered, ...] = ()
    unsaid: tuple[Registered, ...] = ()


def entries(workspace: Workspace) -> list[Entry]:
    """Everything on the watch list: what comes with agglo as the workspace changes it, then what it adds.

    Raises
    ------
    InvalidInput
        ``watch.yaml`` of the workspace is malformed: every fault is listed.
    """
    own = workspace.root / FILE
    if not own.is_file():
        return list(bundled())
    what = _("The watch list {file} cannot be read.").format(file=FILE)
    faults: list[Fault] = []
    given = _listed(read_yaml(own, what), faults)
    merged = {one["id"]: one for one in _content()}
    changed = {str(one["id"]): {**merged.get(str(one["id"]), {}), **one} for one in given}
    found = {name: _entry(one, FILE, faults, own=name in changed) for name, one in (merged | changed).items()}
    if faults:
        raise InvalidInput(what, faults)
    return list(found.values())


def changes(listed: Iterable[Entry], *, since: str = "") -> list[tuple[Change, Entry]]:
    """Every date of some entries, in order; those from the day ``since`` on (YYYY-MM-DD) where it is given."""
    found = [(change, one) for one in listed for change in one.dates]
    kept = [pair for pair in found if not since or pair[0].day >= since[: len(pair[0].day)]]
    return sorted(kept, key=lambda pair: (pair[0].day, pair[1].id))


def due(listed: Iterable[Entry], today: datetime.date) -> list[Entry]:
    """Those that must be read again by now, the longest overdue first."""
    return sorted((one for one in listed if one.is_due(today)), key=lambda one: (one.next_look, one.id))


def concerned(entry: Entry, cards: Sequence[Registered]) -> Concerned:
    """Which cards an entry is about, and of which nobody can tell, as they leave the criterion undeclared.

    An entry without criteria is about the authority, not about cards.
    """
    if not entry.cards:
        return Concerned()
    sorted_out = [(one, _holds(entry.cards, one.card)) for one in cards]
    return Concerned(
        tuple(one for one, held in sorted_out if held), tuple(one for one, held in sorted_out if held is None)
    )


def _holds(criteria: Mapping[str, tuple[str, ...]], card: Card) -> bool | None:
    """Whether every criterion holds of a card; None where none fails and the card leaves some undeclared."""
    answers = [_one_holds(CRITERIA[name], values, card) for name, values in criteria.items()]
    if False in answers:
        return False
    return None if None in answers else True


def _one_holds(path: str, values: tuple[str, ...], card: Card) -> bool | None:
    said = card.value(path)
    if not said:
        return None if path in card.missing() else False
    return bool(set(values) & set(said if isinstance(said, list) else [said]))


@cache
def bundled() -> tuple[Entry, ...]:
    """What comes with agglo."""
    faults: list[Fault] = []
    found = tuple(_entry(one, BUNDLED.name, faults) for one in _content())
    if faults:
        raise InvalidInput(BUNDLED.name, faults)
    return found


@cache
def _content() -> tuple[Mapping[str, Any], ...]:
    return tuple(read_yaml(BUNDLED, BUNDLED.name))


def _listed(content: Any, faults: list[Fault]) -> list[Mapping[str, Any]]:
    """The entries of a file, those without an identifier or given twice being faults."""
    if not isinstance(content, list):
        if content is not None:
            faults.append(Fault(FILE, repr(content)[:60], _("a list")))
        return []
    known: set[str] = set()
    found = []
    for rank, one in enumerate(content, start=1):
        name = one.get("id") if isinstance(one, Mapping) else None
        place = _("{file}, entry {rank}").format(file=FILE, rank=rank)
        if not isinstance(name, str) or not name:
            faults.append(Fault(place, _("nothing") if name is None else repr(name)[:60], _("an entry with its id")))
        elif name in known:
            faults.append(Fault(place, name, _("each id once")))
        else:
            known.add(name)
            found.append(one)
    return found


def _entry(content: Mapping[str, Any], file: str, faults: list[Fault], *, own: bool = False) -> Entry:
    fields = Fields(content, f"{file}: {content['id']}", _KEYS, faults)
    consulted, next_look = _day(fields, "consulted"), _day(fields, "next_look")
    if consulted and next_look and next_look <= consulted:
        fields.fault("next_look", next_look, _("a day after {day}").format(day=consulted))
    return Entry(
        id=fields.short_name("id"),
        kind=fields.choice("kind", tuple(KINDS)),
        title=fields.texts("title"),
        about=fields.texts("about"),
        concerns=fields.texts("concerns"),
        cards=_criteria(fields),
        dates=tuple(_change(one, fields, rank) for rank, one in enumerate(fields.items("dates", required=False), 1)),
        source=fields.texts("source"),
        address=_address(fields),
        consulted=consulted,
        certainty=fields.choice("certainty", tuple(CERTAINTIES)),
        next_look=next_look,
        own=own,
    )


def _change(content: Any, entry: Fields, rank: int) -> Change:
    fields = Fields(content, f"{entry.where}.dates.{rank}", ("day", "what"), entry.faults)
    return Change(_day(fields, "day", partial=True), fields.texts("what"))


def _criteria(entry: Fields) -> Mapping[str, tuple[str, ...]]:
    if entry.given("cards") is None:
        return {}
    fields = Fields(entry.given("cards"), entry.place("cards"), tuple(CRITERIA), entry.faults)
    return {name: _values(fields, name) for name in fields.content if name in CRITERIA}


def _values(fields: Fields, name: str) -> tuple[str, ...]:
    """The values of one criterion; YAML reads a bare ``yes`` as true."""
    known = ENTRIES[CRITERIA[name]].choices
    values = [{True: "yes", False: "no"}.get(one, one) if isinstance(one, bool) else one for one in fields.items(name)]
    for one in values:
        if not isinstance(one, str) or (known and one not in known):
            expected = _("one of {values}").format(values=", ".join(known)) if known else _("a text")
            fields.fault(name, repr(one)[:60], expected)
    return tuple(str(one) for one in values)


def _day(fields: Fields, name: str, *, partial: bool = False) -> str:
    value = fields.text(name)
    pattern, expected = (_PARTIAL_DAY, _("a day, a month or a year: YYYY-MM-DD, YYYY-MM or YYYY")) if partial else (
        _DAY, _("a day: YYYY-MM-DD")
    )  # fmt: skip
    if value and not (pattern.fullmatch(value) and _in_calendar(value)):
        fields.fault(name, value, expected)
        return ""
    return value


def _in_calendar(value: str) -> bool:
    try:
        datetime.date.fromisoformat((value + "-01-01")[:10] if len(value) == 4 else (value + "-01")[:10])
    except ValueError:
        return False
    return True


def _address(fields: Fields) -> str:
    value = fields.text("address", required=False)
    if value and not _ADDRESS.fullmatch(value):
        fields.fault("address", value, _("an address that begins with https:// or http://"))
        return ""
    return value
