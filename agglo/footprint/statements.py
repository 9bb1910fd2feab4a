"""Statements: assumptions and reasons kept beside a figure, readable in any language.

What is kept is the English sentence and its values; what is shown is the sentence in the language in force.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agglo.contract.language import _

Value = str | float | int


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence with named values, translated when it is shown.

    >>> Statement("PUE {pue}: assumed.", {"pue": 1.56}).to_dict()["text"]
    'PUE 1.56: assumed.'
    """

    message: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        return _(self.message).format(**self.values)

    def to_dict(self) -> dict[str, Any]:
        """The English sentence in full, then what it takes to say it in another language."""
        return {"text": self.message.format(**self.values), "message": self.message, "values": dict(self.values)}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Statement":
        return cls(str(kept["message"]), dict(kept["values"]))
