"""What a deal says: parties, and what each commits to. Its digest is that of its canonical JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from agglo.contract.indicators import vocabulary
from agglo.contract.language import N_, Text
from agglo.store import digest

AXES: Mapping[str, str] = {
    "governance": N_("Governance"),
    "energy-transition": N_("Energy transition"),
    "mobility": N_("Mobility"),
    "tourism": N_("Tourism"),
}
"""Axes of the deal, by identifier, in the order of the council's document."""

KINDS: Mapping[str, str] = {
    "authority": N_("public authority"),
    "company": N_("company"),
    "laboratory": N_("laboratory"),
    "association": N_("association"),
    "school": N_("school or university"),
    "residents": N_("residents"),
    "state": N_("State"),
}
"""Kinds of parties, by identifier."""

DRAFT, OPEN = "draft", "open"
STATUSES: Mapping[str, str] = {DRAFT: N_("draft"), OPEN: N_("open for signature")}
"""What the text says of itself. Who signed it is not in the text: signatures are kept beside it."""


@dataclass(frozen=True, slots=True)
class Territory:
    """Whose deal it is."""

    siren: str
    name: str


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who commits, or takes part; ``kind`` is one of :data:`KINDS`."""

    id: str
    name: str
    kind: str
    role: Text = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return _filled({"id": self.id, "name": self.name, "kind": self.kind, "role": dict(self.role)})


@dataclass(frozen=True, slots=True)
class Figure:
    """A baseline or a target: ``value`` [``unit``] in a year, and where it comes from."""

    value: float
    unit: str
    year: int
    source: str

    def to_dict(self) -> dict[str, Any]:
        return {"value": self.value, "unit": self.unit, "year": self.year, "source": self.source}


@dataclass(frozen=True, slots=True)
class Gauge:
    """The indicator a commitment is followed by: an ``id`` of the vocabulary, or a ``title`` where it has none.

    ``sector`` and ``place`` say which of a run's figures it is; no sector is all sectors together, no place is the
    territory of the deal.
    """

    unit: str
    id: str = ""
    title: Text = field(default_factory=dict)
    sector: str = ""
    place: str = ""

    def to_dict(self) -> dict[str, Any]:
        return _filled(
            {"id": self.id, "title": dict(self.title), "unit": self.unit, "sector": self.sector, "place": self.place}
        )

    @property
    def titles(self) -> Text:
        """Its name, by language."""
        term = vocabulary().get(self.id)
        return {"fr": term.title_fr, "en": term.title_en} if term else self.title


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a party commits to. Without a target, ``no_target`` says why there is none."""

    id: str
    axis: str
    title: Text
    text: Text
    bearer: str
    service: str = ""
    partners: tuple[str, ...] = ()
    gauge: Gauge | None = None
    baseline: Figure | None = None
    target: Figure | None = None
    no_target: Text = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return _filled(
            {
                "id": self.id,
                "axis": self.axis,
                "title": dict(self.title),
                "text": dict(self.text),
                "bearer": self.bearer,
                "service": self.service,
                "partners": list(self.partners),
                "indicator": self.gauge and self.gauge.to_dict(),
                "baseline": self.baseline and self.baseline.to_dict(),
                "target": self.target and self.target.to_dict(),
                "no_target": dict(self.no_target),
            }
        )


@dataclass(frozen=True)
class Deal:
    """The whole text. Two files that say the same have one digest, whatever the order of their keys."""

    name: str
    title: Text
    status: str
    date: str
    territory: Territory
    parties: tuple[Party, ...]
    commitments: tuple[Commitment, ...]
    preamble: Text = field(default_factory=dict)
    note: Text = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The text as JSON; what is empty is left out."""
        return _filled(
            {
                "name": self.name,
                "title": dict(self.title),
                "status": self.status,
                "date": self.date,
                "territory": {"siren": self.territory.siren, "name": self.territory.name},
                "preamble": dict(self.preamble),
                "note": dict(self.note),
                "sources": list(self.sources),
                "parties": [one.to_dict() for one in self.parties],
                "commitments": [one.to_dict() for one in self.commitments],
            }
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 [hex] of its canonical JSON (RFC 8785)."""
        return digest.of_json(self.to_dict())

    def party(self, id: str) -> Party:
        """The party of that identifier; the reader has made sure that bearers and partners are parties."""
        return next(one for one in self.parties if one.id == id)

    def of_axis(self, axis: str) -> list[Commitment]:
        """The commitments of one axis, in the order of the text."""
        return [one for one in self.commitments if one.axis == axis]


def _filled(content: dict[str, Any]) -> dict[str, Any]:
    """``content`` without what is empty; a zero is not empty."""
    return {key: value for key, value in content.items() if value not in (None, "", [], {})}
