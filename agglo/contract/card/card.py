"""Both halves of a card together: what is missing, and what each entry is called."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agglo.contract.card import relevance, substance
from agglo.contract.card.entries import choice_label, choices
from agglo.contract.card.parts import AuthorityPart, MakerPart, Part
from agglo.contract.language import _

HALVES: dict[str, type[Part]] = {"maker": MakerPart, "authority": AuthorityPart}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the schema: ``path`` (``authority.need``), section, label and hint (untranslated), condition under
    which it is asked, and the values it may take where it is a choice."""

    path: str
    section: str
    label: str
    hint: str
    when: str
    choices: tuple[str, ...]

    @property
    def half(self) -> str:
        return self.path.partition(".")[0]

    @property
    def name(self) -> str:
        return self.path.partition(".")[2]

    @property
    def place(self) -> str:
        """Where it stands in a file of the register: ``maker.title``, ``need``."""
        return self.path.removeprefix("authority.")

    def said_choices(self) -> list[str]:
        """The values it may take, each with what people call it where that is another word."""
        told = [(value, choice_label(self.name, value)) for value in self.choices]
        return [value if value == label else f"{value} ({label})" for value, label in told]

    @property
    def annotation(self) -> Any:
        """The type of its value."""
        return HALVES[self.half].model_fields[self.name].annotation


def _entry(half: str, name: str, field: Any) -> Entry:
    told, values = field.json_schema_extra, choices(field.annotation)
    values = values or next((found for one in field.metadata if (found := choices(one))), ())
    return Entry(f"{half}.{name}", told["section"], field.title, field.description or "", told["when"], values)


ENTRIES: dict[str, Entry] = {
    f"{half}.{name}": _entry(half, name, field)
    for half, part in HALVES.items()
    for name, field in part.model_fields.items()
}
"""Every entry of a card by its path, in order."""

_HINTS = {path: one.hint for path, one in ENTRIES.items()}


def label(path: str) -> str:
    """What people call an entry.

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> label("authority.need")
    'Need'
    """
    return _(ENTRIES[path].label) if path in ENTRIES else path


class Card(BaseModel):
    """Both parts of the card of an algorithm."""

    model_config = ConfigDict(frozen=True)

    maker: MakerPart = Field(default_factory=MakerPart)
    authority: AuthorityPart = Field(default_factory=AuthorityPart)

    @property
    def is_draft(self) -> bool:
        """Whether anything that is asked is still undeclared."""
        return bool(self.missing())

    @cached_property
    def _lacking(self) -> frozenset[str]:
        return frozenset(substance.empty(dict(self._values()), _HINTS))

    def _values(self) -> Iterator[tuple[str, Any]]:
        for half in HALVES:
            part = getattr(self, half)
            for name in type(part).model_fields:
                yield f"{half}.{name}", getattr(part, name)

    def lacking(self) -> frozenset[str]:
        """Every entry under which nothing is said, asked or not."""
        return self._lacking

    def asked(self) -> list[str]:
        """The entries that are asked of this very card, as ``maker.licence`` or ``authority.owner``, in order."""
        told = {when: holds(self.authority) for when, holds in relevance.CONDITIONS.items()}
        return [path for path, one in ENTRIES.items() if told[one.when]]

    def remembering(self, lacking: Iterable[str]) -> "Card":
        """This very card, which then answers :meth:`lacking` with what was found before rather than find it again."""
        self.__dict__["_lacking"] = frozenset(lacking)
        return self

    def missing(self) -> list[str]:
        """The entries that are asked and not declared, in order."""
        return [path for path in self.asked() if path in self._lacking]

    def value(self, path: str) -> Any:
        """What stands under an entry."""
        half, _dot, name = path.partition(".")
        return getattr(getattr(self, half), name)
