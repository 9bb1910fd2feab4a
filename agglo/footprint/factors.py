"""Factor sets: the frozen figures an estimate rests on, each with its unit and source.

A set is a folder of small tables under ``factor_sets/``. Its digest covers every figure and source, and is checked on
loading: an estimate that names a set and a digest can be recomputed identically.
Figures: Green Algorithms calculator, CC BY 4.0, doi:10.1002/advs.202100707.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from agglo.contract.errors import Damaged, Fault, InvalidInput, nearest
from agglo.contract.language import _
from agglo.footprint.processors import processor_key

DEFAULT_SET = "green-algorithms-v3.0"
ANY = "Any"
FOLDER = Path(__file__).parent / "factor_sets"
_TABLES = ("cpu", "gpu", "carbon_intensity", "pue", "regions", "reference")

Rows = tuple[Mapping[str, str], ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Factor:
    """One figure of a set: what it is of, its value, unit and source."""

    name: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Region:
    """A provider's data centre: the grid it draws from and its own PUE, either None where the set does not know it."""

    provider: str
    name: str
    place: str
    location: str | None
    pue: Factor | None


@dataclass(frozen=True, slots=True)
class FactorSet:
    """Frozen figures: look one up by name; an unknown name is refused with the nearest known ones."""

    id: str
    version: str
    title: str
    licence: str
    attribution: str
    source: str
    digest: str
    cpus: Mapping[str, Factor]
    gpus: Mapping[str, Factor]
    carbon_intensities: Mapping[str, Factor]
    place_names: Mapping[str, str]
    pues: Mapping[str, Factor]
    regions: tuple[Region, ...]
    reference: Mapping[str, Factor]

    def cpu(self, name: str) -> Factor:
        """Thermal design power of one core [W/core] of the processor of that name.

        >>> load().cpu("xeon e5-2683 V4").value
        7.5

        Raises
        ------
        InvalidInput
            The set has no such processor.
        """
        return _processor("cpu", name, self.cpus)

    def gpu(self, name: str) -> Factor:
        """Thermal design power [W] of the graphics processor of that name.

        Raises
        ------
        InvalidInput
            The set has no such processor.
        """
        return _processor("gpu", name, self.gpus)

    def match_cpu(self, machine_name: str | None) -> Factor | None:
        """The row of the processor a machine says it has, or None: no row is taken for another."""
        key = processor_key(machine_name or "")
        return next((row for row in self.cpus.values() if key and processor_key(row.name) == key), None)

    def carbon_intensity(self, location: str) -> Factor:
        """Carbon intensity of electricity [gCO2e/kWh] at a location code: FR, GB, US-CA, WORLD.

        >>> load().carbon_intensity("FR").value
        51.28

        Raises
        ------
        InvalidInput
            The set has no such location.
        """
        found = self.carbon_intensities.get(location.strip().upper())
        if found is None:
            raise _unknown("location", location, _("a location code of the factor set"), self._location_hint(location))
        return found

    def provider(self, name: str) -> str:
        """The code of a cloud provider, from its code or name.

        Raises
        ------
        InvalidInput
            The set has no such provider.
        """
        codes = [code for code in self.pues if code not in ("personalComputer", "localServer", "unknown")]
        for code in codes:
            if _plain(name) in (_plain(code), _plain(self.pues[code].name)):
                return code
        raise _unknown("provider", name, _("a provider of the factor set"), nearest(name, codes))

    def region(self, provider: str, name: str) -> Region:
        """A provider's data centre.

        Raises
        ------
        InvalidInput
            The set has no such region for this provider.
        """
        of_provider = [region for region in self.regions if region.provider == provider]
        for region in of_provider:
            if _plain(region.name) == _plain(name):
                return region
        hint = _("The factor set lists no data centre of {provider}: give a location instead of a region.")
        repair = nearest(name, [r.name for r in of_provider]) if of_provider else hint.format(provider=provider)
        raise _unknown("region", name, _("a region of {provider}").format(provider=provider), repair)

    def tdp_span(self) -> tuple[float, float]:
        """Lowest and highest thermal design power of one core among the set's processors [W/core]."""
        values = [row.value for row in self.cpus.values() if row.name != ANY]
        return min(values), max(values)

    def _location_hint(self, location: str) -> str:
        for code, name in self.place_names.items():
            if _plain(name) == _plain(location):
                return _('Did you mean "{name}"?').format(name=code)
        return nearest(location.strip().upper(), list(self.carbon_intensities))


def sets() -> list[str]:
    """The ids of the factor sets that can be loaded.

    >>> sets()
    ['green-algorithms-v2.2', 'green-algorithms-v3.0']
    """
    return sorted(json.loads(path.read_text(encoding="utf-8"))["id"] for path in FOLDER.glob("*/set.json"))


@lru_cache(maxsize=16)
def load(set_id: str = DEFAULT_SET) -> FactorSet:
    """The factor set of that id, its digest checked.

    >>> load("green-algorithms-v2.2").pues["localServer"].value
    1.67

    Raises
    ------
    InvalidInput
        There is no such set.
    Damaged
        The figures are not those the set was frozen with.
    """
    if set_id not in sets():
        raise _unknown("factor_set", set_id, _("a factor set"), nearest(set_id, sets()))
    return _read(set_id, FOLDER)


def _read(set_id: str, folder: Path) -> FactorSet:
    about, tables = _about_and_tables(set_id, folder)
    digest = _digest(about, tables)
    if digest != about["digest"]:
        raise Damaged(
            _("The figures of the factor set {set} have changed since it was frozen.").format(set=set_id),
            [Fault(_("digest"), digest, str(about["digest"]))],
            repair=_("Reinstall agglo; a corrected figure belongs in a new set."),
        )
    return _assemble(about, tables)


def _about_and_tables(set_id: str, folder: Path) -> tuple[dict[str, Any], dict[str, Rows]]:
    """What a set says of itself, and its tables: its own, else those of the set it extends."""
    home = folder / set_id.replace("-", "_").replace(".", "_")
    about = json.loads((home / "set.json").read_text(encoding="utf-8"))
    tables = _about_and_tables(about["extends"], folder)[1] if about["extends"] else {}
    own = {name: home / f"{name}.csv" for name in _TABLES}
    tables.update({name: _rows(path) for name, path in own.items() if path.exists()})
    return about, tables


def _rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def _digest(about: Mapping[str, Any], tables: Mapping[str, Rows]) -> str:
    """SHA-256 of the set's id, licence, attribution and every row, whatever wrote the files."""
    content = {key: about[key] for key in ("id", "version", "licence", "attribution")} | {"tables": tables}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _assemble(about: Mapping[str, Any], tables: Mapping[str, Rows]) -> FactorSet:
    return FactorSet(
        **{key: str(about[key]) for key in ("id", "version", "title", "licence", "attribution", "source", "digest")},
        cpus=_column(tables["cpu"], "model", "model", "tdp_w_per_core", "W/core"),
        gpus=_column(tables["gpu"], "model", "model", "tdp_w", "W"),
        carbon_intensities=_column(tables["carbon_intensity"], "location", "location", "g_per_kwh", "gCO2e/kWh"),
        place_names={row["location"]: row["name"] for row in tables["carbon_intensity"]},
        pues=_column(tables["pue"], "subject", "name", "pue", "1"),
        regions=tuple(_regions(tables["regions"])),
        reference={
            r["name"]: Factor(r["name"], float(r["value"]), r["unit"], r["source"]) for r in tables["reference"]
        },
    )


def _column(rows: Rows, key: str, name: str, value: str, unit: str) -> dict[str, Factor]:
    return {row[key]: Factor(row[name], float(row[value]), unit, row["source"]) for row in rows}


def _regions(rows: Rows) -> Iterator[Region]:
    for row in rows:
        pue = Factor(row["region"], float(row["pue"]), "1", row["pue_source"]) if row["pue"] else None
        yield Region(row["provider"], row["region"], row["place"], row["location"] or None, pue)


def _processor(where: str, name: str, rows: Mapping[str, Factor]) -> Factor:
    key = processor_key(name)
    for row in rows.values():
        if key and processor_key(row.name) == key:
            return row
    expected = _('a processor of the factor set, or "{any}"').format(any=ANY)
    raise _unknown(where, name, expected, _nearest_processors(name, list(rows)))


def _nearest_processors(name: str, known: Sequence[str]) -> str:
    """Names that hold what was typed, else the closest ones."""
    key = processor_key(name)
    holding = [row for row in known if key and key in processor_key(row)]
    if holding:
        return _("Known: {names}").format(names=", ".join(holding[:8]))
    return nearest(name, known)


def _plain(name: str) -> str:
    return "".join(name.casefold().split())


def _unknown(where: str, got: str, expected: str, repair: str) -> InvalidInput:
    return InvalidInput(_("The factor set does not know this."), [Fault(where, f'"{got}"', expected, repair)])


def gather(faults: list[Fault], look_up: Callable[..., T], *names: str) -> T | None:
    """What ``look_up`` finds, or None with its faults added to ``faults``."""
    try:
        return look_up(*names)
    except InvalidInput as error:
        faults.extend(error.faults)
        return None
