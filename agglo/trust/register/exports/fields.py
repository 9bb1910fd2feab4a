"""Lists of the fields that a target asks for, as data: ``fields/TARGET.yaml``, and what a record breaks of one.

A file holds ``source`` (where the list is from), ``read`` (day it was read), ``fields``, each with the keys of
:class:`Field`, and perhaps ``words`` (see :class:`FieldList`). Facts alone: names, lengths, permitted values, which
entry of a card says it; the notes are our own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from agglo.contract.documents import read_yaml
from agglo.contract.errors import nearest
from agglo.contract.language import Text, _, in_language
from agglo.trust.register.exports.target import Lack


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a target.

    ``required``: not valid without; ``asked``: told as lacking where empty, and valid all the same. ``most`` signs;
    ``permitted`` values, of a list each; ``pattern`` that the whole text matches, told to people as ``example``.
    ``entry``: the entry of the card that says it, if one does. ``note``: what it is, by language. ``unreviewed``: not
    checked against the source itself.
    """

    name: str
    required: bool = False
    asked: bool = False
    most: int | None = None
    permitted: tuple[str, ...] = ()
    pattern: str = ""
    example: str = ""
    entry: str = ""
    note: Text = field(default_factory=dict)
    unreviewed: bool = False

    def faults(self, value: object) -> Iterator[str]:
        """What is wrong with a value that is there, as sentences."""
        for text in value if isinstance(value, list | tuple) else [value]:
            if not isinstance(text, str):
                continue
            if self.most is not None and len(text) > self.most:
                said = _("{name}: {length} characters, at most {most} are permitted.")
                yield said.format(name=self.name, length=len(text), most=self.most)
            if self.permitted and text not in self.permitted:
                said = _('{name}: "{value}" is none of the permitted values: {values}.')
                yield said.format(name=self.name, value=text[:60], values=", ".join(self.permitted))
            if self.pattern and not re.fullmatch(self.pattern, text):
                said = _('{name}: "{value}" is not written as asked, such as {example}.')
                yield said.format(name=self.name, value=text[:60], example=self.example or self.pattern)


@dataclass(frozen=True, slots=True)
class FieldList:
    """The fields of a target, in its order, and where the list is from."""

    target: str
    fields: tuple[Field, ...]
    source: str
    read_on: str
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The target's own words for what cards say, by entry: ``words["automation"]["full"]``."""

    @staticmethod
    def read(target: str) -> "FieldList":
        """The list of ``fields/TARGET.yaml``."""
        return _read(target)

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.fields]

    def __getitem__(self, name: str) -> Field:
        return next(one for one in self.fields if one.name == name)

    def missing(self, record: Mapping[str, object]) -> list[Field]:
        """Fields, required or asked, under which a record says nothing."""
        return [one for one in self.fields if (one.required or one.asked) and is_empty(record.get(one.name))]

    def lacks(self, record: Mapping[str, object]) -> list[Lack]:
        """The same as lacks of an export; why is the note of the field."""
        return [Lack(one.name, one.entry, in_language(one.note), one.required) for one in self.missing(record)]

    def wrong(self, record: Mapping[str, object]) -> list[str]:
        """What is wrong with what a record says, as sentences; what it does not say is not told."""
        known = {one.name: one for one in self.fields}
        faults = [
            _("{name}: no such field. {repair}").format(name=name, repair=nearest(name, self.names))
            for name in record
            if name not in known
        ]
        for name, one in known.items():
            if not is_empty(record.get(name)):
                faults += one.faults(record[name])
        return faults

    def faults(self, record: Mapping[str, object]) -> list[str]:
        """Everything against a record, as sentences: fields required and empty, then what is wrong."""
        required = [one.name for one in self.missing(record) if one.required]
        return [_("{name}: required, and empty.").format(name=name) for name in required] + self.wrong(record)


def is_empty(value: object) -> bool:
    """Whether a field says nothing: not there, blank, or a list or mapping of nothing."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return all(is_empty(one) for one in value)
    return value is None or (isinstance(value, str) and not value.strip())


@cache
def _read(target: str) -> FieldList:
    folder = Path(str(resources.files("agglo.trust.register.exports"))) / "fields"
    content: dict[str, Any] = read_yaml(folder / f"{target}.yaml", _("This list of fields cannot be read."))
    fields = tuple(Field(**{**one, "permitted": tuple(one.get("permitted", ()))}) for one in content["fields"])
    return FieldList(target, fields, content["source"], content["read"], content.get("words", {}))
