"""What can be read of the file of a card in which something is wrong: every entry but those that are."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agglo.contract import card as cards
from agglo.contract.card import Card
from agglo.contract.card.reading import MAKER
from agglo.contract.documents import read_yaml
from agglo.contract.errors import InvalidInput


def salvaged(path: Path) -> Card:
    """The card that the sound entries of a file make; an empty one where the file is not YAML at all."""
    try:
        content = read_yaml(path, "")
    except InvalidInput:
        return Card()
    if not isinstance(content, Mapping):
        return Card()
    sound = dict(_sound({name: value for name, value in content.items() if name != MAKER}, path.name))
    if isinstance(maker := content.get(MAKER), Mapping):
        sound[MAKER] = dict(_sound(maker, path.name, MAKER))
    return cards.parse(sound, path.name)


def _sound(entries: Mapping[Any, Any], file: str, under: str = "") -> Iterator[tuple[str, Any]]:
    """The entries that can be read, each tried alone."""
    for name, value in entries.items():
        try:
            cards.parse({under: {name: value}} if under else {name: value}, file)
        except (InvalidInput, TypeError):
            continue
        yield name, value
