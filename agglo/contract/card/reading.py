"""Cards as files: ``card.yaml`` beside a model, and ``register/ID.yaml`` in a workspace.

A file of the register holds the entries of the authority and, under ``maker``, what it knows of the maker's half;
where a card lies beside the model, that only fills what it leaves empty.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agglo.contract.card.card import ENTRIES, HALVES, Card
from agglo.contract.card.parts import MakerPart
from agglo.contract.card.spelling import spelled
from agglo.contract.card.substance import says_something
from agglo.contract.documents import read_yaml
from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import N_, _
from agglo.contract.model import Model

CARD_FILE = "card.yaml"
CARDS_FOLDER = "cards"
"""Where a folder of several models keeps a card for each, named after the model."""
MAKER = "maker"


def of(model: Model, register: Path | None = None) -> Card:
    """The card of a model: its ``cards/ID.yaml`` or ``card.yaml``, and the workspace's ``register/ID.yaml`` if any.

    Raises
    ------
    InvalidInput
        A file is not a card: every unknown or malformed field is named.
    """
    path = beside(model.code if model.code.is_dir() else model.code.parent, model.id)
    own = _content(path)
    of_maker(path)
    declared = _content(register / f"{model.id}.yaml") if register else {}
    card = parse(declared, f"{model.id}.yaml")
    return with_maker(card, own)


def with_maker(card: Card, own: Mapping[str, Any]) -> Card:
    """A card whose maker's half is what lies beside the model, what that leaves empty filled from the card."""
    said = {name: value for name, value in own.items() if says_something(value)}
    known = {name: value for name, value in card.maker.model_dump().items() if says_something(value)}
    return Card(maker=MakerPart.model_validate({**own, **known, **said}), authority=card.authority)


def read(path: Path) -> Card:
    """The card that a file of the register holds; a missing or empty file declares nothing. Errors as :func:`of`."""
    return parse(_content(path), path.name)


def of_maker(path: Path) -> Card:
    """The maker's half that lies beside a model, alone; a missing file declares nothing. Errors as :func:`of`."""
    own = _content(path)
    return parse({MAKER: own} if own else {}, path.name)


def parse(content: Mapping[str, Any], file: str) -> Card:
    """The card that a file's content makes; ``file`` is named in the faults. Errors as :func:`of`."""
    given = {"maker": content.get(MAKER) or {}, "authority": {k: v for k, v in content.items() if k != MAKER}}
    faults: list[Fault] = []
    halves: dict[str, Any] = {}
    for half, part in HALVES.items():
        try:
            halves[half] = part.model_validate(spelled(half, pruned(given[half])))
        except ValidationError as error:
            faults += [_fault(file, half, detail) for detail in error.errors()]
    if faults:
        raise InvalidInput(_("This card cannot be read."), faults)
    return Card(**halves)


def pruned(value: Any) -> Any:
    """A value without the texts, lists and mappings in it that are empty.

    >>> pruned({"fr": " ", "all": [{"why": ""}, "said"], "no": False})
    {'all': ['said'], 'no': False}
    """
    if isinstance(value, Mapping):
        return {name: one for name, given in value.items() if not _is_blank(one := pruned(given))}
    if isinstance(value, list):
        return [one for given in value if not _is_blank(one := pruned(given))]
    return value


def _is_blank(value: Any) -> bool:
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def beside(folder: Path, id: str) -> Path:
    """Where the card of the maker of a model lies, if there is one, in the folder of its code."""
    own = folder / CARDS_FOLDER / f"{id}.yaml"
    return own if own.is_file() else folder / CARD_FILE


def _content(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    content = read_yaml(path, _("This card cannot be read."))
    content = {} if content is None else content
    if not isinstance(content, dict):
        fault = Fault(path.name, repr(content)[:60], _("entries, each with its name"))
        raise InvalidInput(_("This card cannot be read."), [fault])
    return content


def _fault(file: str, half: str, detail: Any) -> Fault:
    place = ".".join(map(str, detail["loc"]))
    where = f"{MAKER}.{place}" if half == MAKER and place and file != CARD_FILE else place
    expected, repair = _expected(half, place, detail)
    return Fault(f"{file}: {where}" if where else file, repr(detail["input"])[:60], expected, repair)


def _expected(half: str, place: str, detail: Any) -> tuple[str, str]:
    """What an entry takes, and how to repair it, from what pydantic says."""
    if detail["type"] == "extra_forbidden":
        return _("the name of an entry of a card"), _of_unknown(half, place)
    if detail["type"] == "literal_error" and (entry := ENTRIES.get(f"{half}.{place.partition('.')[0]}")):
        return _("one of {values}").format(values=", ".join(entry.said_choices())), ""
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"]), ""
    known = {
        "string_type": N_("a text"),
        "list_type": N_("a list: a line for each, that begins with a hyphen"),
        "dict_type": N_("a text for each language: fr, en"),
        "missing": N_("a text"),
    }
    said = known.get(detail["type"])
    return _(said) if said else detail["msg"], ""


def _of_unknown(half: str, place: str) -> str:
    """How to repair an entry that no card has."""
    name = place.rpartition(".")[2]
    if place.partition(".")[0] in HALVES and name in HALVES[half].model_fields:
        return _('Write "{name}" alone, at the beginning of the line.').format(name=name)
    other = "authority" if half == MAKER else MAKER
    if place in HALVES[other].model_fields:
        said = _('"{name}" stands under "maker".') if other == MAKER else _('"{name}" does not stand under "maker".')
        return said.format(name=place)
    return nearest(place, list(HALVES[half].model_fields))
