"""What a model answers: indicators, tables, layers and files, and how a re-run of each is compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from agglo.contract.indicators import Indicator

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Bitwise:
    """A re-run gives the very same logical content."""


@dataclass(frozen=True, slots=True)
class Numerical:
    """A re-run gives the same rows, numbers within ``absolute`` or ``relative`` of the kept ones."""

    absolute: float = 0.0
    relative: float = 1e-9


@dataclass(frozen=True, slots=True)
class Statistical:
    """A re-run with other seeds comes from the same distribution: ``test`` over ``replicates`` passes ``threshold``."""

    test: Literal["kolmogorov-smirnov"]
    replicates: int
    threshold: float


Comparison = Bitwise | Numerical | Statistical


def comparison_to_dict(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON: ``{"kind": "numerical", "absolute": 0.0, "relative": 1e-09}``."""
    fields = {name: getattr(comparison, name) for name in comparison.__slots__}
    return {"kind": type(comparison).__name__.lower(), **fields}


def comparison_from_dict(content: Mapping[str, Any]) -> Comparison:
    """The comparison a JSON object describes, the reverse of :func:`comparison_to_dict`."""
    kinds: dict[str, type[Comparison]] = {"bitwise": Bitwise, "numerical": Numerical, "statistical": Statistical}
    return kinds[content["kind"]](**{name: value for name, value in content.items() if name != "kind"})


@dataclass(frozen=True, slots=True)
class Layer:
    """A table with geometries: a WKB column ``geometry`` and the reference system they are in (``EPSG:2154``)."""

    table: "pa.Table"
    crs: str
    geometry: str = "geometry"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A model's answer. A table or a layer is in memory, or a file written under ``context.scratch``.

    ``notes`` are what a reader must know beside these figures and not in general: one sentence each.
    """

    indicators: list[Indicator] = field(default_factory=list)
    tables: Mapping[str, "pa.Table | Path"] = field(default_factory=dict)
    layers: Mapping[str, Layer | Path] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
