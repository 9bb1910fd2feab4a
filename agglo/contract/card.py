"""The public card of a model: what its maker knows, and what the authority that uses it declares.

One schema, two files. ``card.yaml`` lies beside the model (``cards/ID.yaml`` where a folder holds several models);
``register/ID.yaml`` lies in the workspace. Empty means "not declared", and a run is a draft as long as either half is
incomplete.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agglo.contract.documents import read_yaml
from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _
from agglo.contract.model import Model

CARD_FILE = "card.yaml"
CARDS_FOLDER = "cards"
"""Where a folder of several models keeps a card for each, named after the model."""

Custody = Literal["source", "binary", "remote", "results"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def missing(self) -> list[str]:
        """Fields that are not declared."""
        return [name for name in type(self).model_fields if _is_empty(getattr(self, name))]


class MakerPart(_Part):
    """What the maker of a model knows of it."""

    title: dict[str, str] = Field(default_factory=dict)
    purpose: dict[str, str] = Field(default_factory=dict)
    method: dict[str, str] = Field(default_factory=dict)
    references: list[str] = Field(default_factory=list)
    data: list[str] = Field(default_factory=list)
    limits: list[dict[str, str]] = Field(default_factory=list)
    performance: str = ""
    maker: str = ""
    licence: str = ""
    custody: Custody | None = None
    hosting_country: str = ""
    applicable_law: str = ""
    subcontractors: str = ""


class AuthorityPart(_Part):
    """What the authority declares of its use of a model."""

    legal_basis: str = ""
    ai_act_class: str = ""
    human_oversight: str = ""
    left_out: str = ""
    human_channel: str = ""
    owner: str = ""
    contract: str = ""
    cost: str = ""
    benefit: str = ""
    benefit_measure: str = ""
    simple_baseline: str = ""


class Card(BaseModel):
    """Both parts of a model's card."""

    model_config = ConfigDict(frozen=True)

    maker: MakerPart = Field(default_factory=MakerPart)
    authority: AuthorityPart = Field(default_factory=AuthorityPart)

    @property
    def is_draft(self) -> bool:
        """Whether anything is still undeclared."""
        return bool(self.missing())

    def missing(self) -> list[str]:
        """What is not declared, as ``maker.licence`` or ``authority.owner``."""
        parts: Mapping[str, _Part] = {"maker": self.maker, "authority": self.authority}
        return [f"{side}.{name}" for side, part in parts.items() for name in part.missing()]


def of(model: Model, register: Path | None = None) -> Card:
    """The card of a model: its ``cards/ID.yaml`` or ``card.yaml``, and the workspace's ``register/ID.yaml`` if any.

    Raises
    ------
    InvalidInput
        A file is not a card: every unknown or malformed field is named.
    """
    maker = MakerPart.model_validate(_read(_beside(model), MakerPart))
    declared = AuthorityPart.model_validate(_read(register / f"{model.id}.yaml", AuthorityPart)) if register else None
    return Card(maker=maker, authority=declared or AuthorityPart())


def _beside(model: Model) -> Path:
    folder = model.code if model.code.is_dir() else model.code.parent
    own = folder / CARDS_FOLDER / f"{model.id}.yaml"
    return own if own.is_file() else folder / CARD_FILE


def _read(path: Path, part: type[_Part]) -> dict[str, Any]:
    if not path.is_file():
        return {}
    content = read_yaml(path, _("This card cannot be read."))
    content = {} if content is None else content
    try:
        part.model_validate(content)
    except ValidationError as error:
        found = [_fault(path.name, detail, part) for detail in error.errors()]
        raise InvalidInput(_("This card cannot be read."), found) from None
    return dict(content)


def _fault(file: str, detail: Any, part: type[_Part]) -> Fault:
    place = ".".join(map(str, detail["loc"]))
    repair = nearest(place, list(part.model_fields)) if detail["type"] == "extra_forbidden" else ""
    return Fault(f"{file}: {place}" if place else file, repr(detail["input"])[:60], detail["msg"], repair)


def _is_empty(value: Any) -> bool:
    """Whether nothing is said: no value, blank text, or a list or mapping of such."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return all(_is_empty(one) for one in value)
    return value is None or not str(value).strip()
