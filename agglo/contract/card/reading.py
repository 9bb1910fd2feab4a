"""Cards as files: ``card.yaml`` beside a model, and ``register/ID.yaml`` in a workspace.

A file of the register holds the entries of the authority and, under ``maker``, what it knows of the maker's half;
where a card lies beside the model, that only fills what it leaves empty.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agglo.contract.card.card import HALVES, Card
from agglo.contract.card.parts import MakerPart
from agglo.contract.card.substance import says_something
from agglo.contract.documents import read_yaml
from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _
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
    own = _content(_beside(model))
    parse({MAKER: own} if own else {}, _beside(model).name)
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


def parse(content: Mapping[str, Any], file: str) -> Card:
    """The card that a file's content makes; ``file`` is named in the faults. Errors as :func:`of`."""
    given = {"maker": content.get(MAKER) or {}, "authority": {k: v for k, v in content.items() if k != MAKER}}
    faults: list[Fault] = []
    halves: dict[str, Any] = {}
    for half, part in HALVES.items():
        try:
            halves[half] = part.model_validate(pruned(given[half]))
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


def _beside(model: Model) -> Path:
    folder = model.code if model.code.is_dir() else model.code.parent
    own = folder / CARDS_FOLDER / f"{model.id}.yaml"
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
    known = [name for part in HALVES.values() for name in part.model_fields]
    repair = nearest(place, known) if detail["type"] == "extra_forbidden" else ""
    where = f"{MAKER}.{place}" if half == MAKER and place and file != CARD_FILE else place
    return Fault(f"{file}: {where}" if where else file, repr(detail["input"])[:60], detail["msg"], repair)
