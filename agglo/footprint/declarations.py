"""Declarations: what a partner says a computation outside agglo cost.

Two kinds: ``compute``, through the calculator's own inputs; ``tokens``, of a remote language model, from the energy its
supplier states. A declared figure is never measured, and says who declared it, when and on what source. What making
the machines cost (the embodied part) is declared apart and never added to the energy in use.
"""

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.footprint.factors import DEFAULT_SET, gather, load
from agglo.footprint.green_algorithms import METHOD, Computation, Estimate, estimate, scaling_to_dict
from agglo.footprint.record import Bounds
from agglo.footprint.scaling import Scaling, choice_fault, number_fault, scaling_from_dict

Kind = Literal["compute", "tokens"]
TOKENS_METHOD = "tokens of a remote language model, energy declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUse:
    """Tokens of a remote language model and the energy its supplier states for them, with the ``source`` of that.

    Either ``wh_per_1000_tokens`` [Wh per 1000 tokens, in and out together] or ``energy_kwh`` [kWh] in all.
    """

    tokens_in: int
    tokens_out: int
    source: str
    wh_per_1000_tokens: float | None = None
    energy_kwh: float | None = None

    @property
    def declared_kwh(self) -> float:
        """Energy of all the tokens [kWh].

        >>> TokenUse(tokens_in=800_000, tokens_out=200_000, source="supplier", wh_per_1000_tokens=0.4).declared_kwh
        0.4
        """
        if self.energy_kwh is not None:
            return self.energy_kwh
        return (self.tokens_in + self.tokens_out) / 1000 * (self.wh_per_1000_tokens or 0.0) / 1000

    def faults(self) -> list[Fault]:
        """All that is wrong with these values."""
        found = [number_fault(name, getattr(self, name), low=0.0) for name in ("tokens_in", "tokens_out")]
        found += [
            number_fault(name, value, above=0.0)
            for name in ("wh_per_1000_tokens", "energy_kwh")
            if (value := getattr(self, name)) is not None
        ]
        found += [_text_fault("source", self.source)]
        if self.tokens_in + self.tokens_out == 0:
            found.append(Fault("tokens_in", "0", _("a number of tokens above 0, in or out")))
        if (self.wh_per_1000_tokens is None) == (self.energy_kwh is None):
            expected = _("one of wh_per_1000_tokens and energy_kwh")
            got = _("neither") if self.energy_kwh is None else _("both")
            found.append(Fault("energy_kwh", got, expected, _("Ask the supplier which it states.")))
        return [fault for fault in found if fault]


@dataclass(frozen=True, slots=True)
class Embodied:
    """What making the machines cost, as declared: greenhouse gases [gCO2e] and the source of that figure."""

    carbon_g: float
    source: str

    def faults(self) -> list[Fault]:
        """All that is wrong with these values."""
        found = [
            number_fault("embodied.carbon_g", self.carbon_g, above=0.0),
            _text_fault("embodied.source", self.source),
        ]
        return [fault for fault in found if fault]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A declared footprint: who says it, of what, what it rests on, and the figures (null where nothing is stated)."""

    project: str
    partner: str
    author: str
    date: str
    kind: Kind
    model: str | None
    territory: str | None
    note: str
    compute: Computation | None
    scaling: Scaling | None
    tokens: TokenUse | None
    embodied: Embodied | None
    energy_kwh: Bounds
    carbon_g: Bounds | None
    location: str | None
    carbon_intensity_g_per_kwh: float | None
    method: str
    factor_set: str
    factor_set_digest: str
    attribution: str
    status: Literal["declared"] = "declared"

    def to_dict(self) -> dict[str, Any]:
        """A JSON object; ``energy_kwh`` and ``carbon_g`` hold low, central and high, as a run's record does."""
        nested = {
            "compute": self.compute.to_dict() if self.compute else None,
            "scaling": scaling_to_dict(self.scaling),
            "tokens": asdict(self.tokens) if self.tokens else None,
            "embodied": asdict(self.embodied) if self.embodied else None,
            "energy_kwh": self.energy_kwh.to_dict(),
            "carbon_g": self.carbon_g.to_dict() if self.carbon_g else None,
        }
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | nested

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Declaration":
        """The declaration kept as a JSON object, its figures as they were kept."""
        nested = {
            "compute": Computation.from_dict(kept["compute"]) if kept["compute"] else None,
            "scaling": scaling_from_dict(kept["scaling"]) if kept["scaling"] else None,
            "tokens": TokenUse(**kept["tokens"]) if kept["tokens"] else None,
            "embodied": Embodied(**kept["embodied"]) if kept["embodied"] else None,
            "energy_kwh": Bounds.from_dict(kept["energy_kwh"]),
            "carbon_g": Bounds.from_dict(kept["carbon_g"]) if kept["carbon_g"] else None,
        }
        return cls(**(dict(kept) | nested))


def declaration(
    *,
    project: str,
    partner: str,
    author: str,
    date: str,
    kind: str,
    compute: Computation | None = None,
    scaling: Scaling | None = None,
    tokens: TokenUse | None = None,
    location: str | None = None,
    embodied: Embodied | None = None,
    model: str | None = None,
    territory: str | None = None,
    note: str = "",
    factor_set: str = DEFAULT_SET,
) -> Declaration:
    """A declared footprint, its figures computed from what is declared.

    ``author`` is a role or an opaque identifier, ``date`` the day it was declared (YYYY-MM-DD). ``location`` is where
    the tokens were computed; without it their carbon stays null. A computation carries its own location.

    >>> said = declaration(
    ...     project="flood-alert", partner="Acme", author="data lead", date="2025-03-01", kind="tokens", location="FR",
    ...     tokens=TokenUse(tokens_in=900, tokens_out=100, wh_per_1000_tokens=2.0, source="supplier's card, 2025"),
    ... )
    >>> said.energy_kwh.central, said.carbon_g.central
    (0.002, 0.10256)

    Raises
    ------
    InvalidInput
        Something declared cannot be trusted; every fault is listed.
    """
    figures = load(factor_set)
    faults = _identity_faults(project=project, partner=partner, author=author, date=date)
    faults += _kind_faults(kind, compute, scaling, tokens, location)
    faults += embodied.faults() if embodied else []
    computed = gather(faults, lambda: estimate(compute, scaling=scaling, factor_set=factor_set)) if compute else None
    intensity = gather(faults, figures.carbon_intensity, location) if location and not compute else None
    if faults:
        raise InvalidInput(_("This declaration cannot be kept."), faults)
    energy_kwh, carbon_g = _figures(computed, tokens, intensity.value if intensity else None)
    used = computed.carbon_intensity_g_per_kwh if computed else intensity.value if intensity else None
    return Declaration(
        project=project.strip(),
        partner=partner.strip(),
        author=author.strip(),
        date=date,
        kind="compute" if compute else "tokens",
        model=model,
        territory=territory,
        note=note,
        compute=compute,
        scaling=scaling,
        tokens=tokens,
        embodied=embodied,
        energy_kwh=Bounds(None, energy_kwh, None),
        carbon_g=None if carbon_g is None else Bounds(None, carbon_g, None),
        location=_location(computed) if computed else intensity.name if intensity else None,
        carbon_intensity_g_per_kwh=used,
        method=METHOD if computed else TOKENS_METHOD,
        factor_set=figures.id,
        factor_set_digest=figures.digest,
        attribution=figures.attribution,
    )


def _figures(
    computed: Estimate | None, tokens: TokenUse | None, intensity: float | None
) -> tuple[float | None, float | None]:
    """Energy [kWh] and carbon [gCO2e], None where nothing is stated."""
    if computed:
        return computed.energy_kwh, computed.carbon_g
    energy_kwh = tokens.declared_kwh if tokens else None
    return energy_kwh, energy_kwh * intensity if energy_kwh is not None and intensity is not None else None


def _location(computed: Estimate) -> str:
    return next(factor.name for factor in computed.factors if factor.role == "carbon_intensity")


def _identity_faults(*, project: str, partner: str, author: str, date: str) -> list[Fault]:
    """What is wrong with who declares what and when."""
    faults = [_text_fault("project", project), _text_fault("partner", partner), _text_fault("author", author)]
    if "@" in author:
        repair = _("Leave out names and addresses: a declaration is kept for good.")
        faults.append(Fault("author", f'"{author}"', _("a role or an opaque identifier"), repair))
    if not _is_day(date):
        faults.append(Fault("date", f'"{date}"', _("a day written YYYY-MM-DD")))
    return [fault for fault in faults if fault]


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _kind_faults(
    kind: str, compute: Computation | None, scaling: Scaling | None, tokens: TokenUse | None, location: str | None
) -> list[Fault]:
    """What is wrong with the kind and what must come with it."""
    wrong = choice_fault("kind", kind, get_args(Kind))
    if wrong:
        return [wrong]
    faults = tokens.faults() if tokens else []
    given = {"compute": compute, "tokens": tokens}
    other = "tokens" if kind == "compute" else "compute"
    if given[kind] is None:
        faults.append(Fault(kind, _("nothing"), _("what a declaration of this kind is about")))
    if given[other] is not None:
        faults.append(
            Fault(other, _("something"), _("nothing: this declaration is of the kind {kind}").format(kind=kind))
        )
    if kind == "compute" and location:
        faults.append(Fault("location", f'"{location}"', _("nothing here"), _("Give it with the computation.")))
    if kind == "tokens" and scaling:
        faults.append(Fault("scaling", _("something"), _("nothing: tokens are counted, not scaled")))
    return faults


def _text_fault(where: str, text: str) -> Fault | None:
    return None if text.strip() else Fault(where, _("nothing"), _("a text"))
