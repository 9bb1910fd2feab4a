"""The model's boundary: three tables read, checked against each other, and every fault said at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.language import _
from agglo.models.land.aldo import NOMENCLATURE
from agglo.models.land.factors import Factors
from agglo.models.land.stocks import LAND_CLASSES, LandClass, Place

if TYPE_CHECKING:
    import pyarrow as pa

AREA_TOLERANCE = 0.02
"""Share by which areas may exceed a commune's own: outlines are simplified, and inventories do not share one grid."""

_REQUIRED = {
    "land_cover": {"insee": "text", "class": "text", "area_ha": "number"},
    "changes": {"insee": "text", "clc_from": "text", "clc_to": "text", "area_ha": "number"},
    "communes": {"insee": "text", "name": "text", "area_ha": "number", "region": "text", "soil_zone": "text"},
}
_OPTIONAL = {"land_cover": (), "changes": (), "communes": ("epci_siren", "forest_group")}


Overrides = Mapping[str, Mapping[LandClass, float]]
"""Areas [ha] by commune and land-cover class that replace those of the land cover."""


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune: ``epci`` is the SIREN code of the territory it belongs to, empty where it is not told."""

    insee: str
    name: str
    epci: str
    area_ha: float
    place: Place

    @property
    def most_ha(self) -> float:
        """The largest area that can be accepted in it [ha]."""
        return self.area_ha * (1 + AREA_TOLERANCE)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of the land, by commune: land cover [ha by class] and changes [origin, destination, ha]."""

    communes: Mapping[str, Commune]
    cover: Mapping[str, Mapping[str, float]]
    changes: Mapping[str, Sequence[tuple[str, str, float]]]


def read(inputs: Inputs, overrides: Overrides, factors: Factors) -> Situation:
    """The three tables, with ``overrides`` [ha by commune and class] in the place of the areas of the land cover.

    Raises
    ------
    InvalidInput
        Lists every code, area, class, soil zone or region that cannot be used, in the three tables and the overrides.
    """
    columns = {name: _columns(name, inputs[name]) for name in _REQUIRED}
    faults: list[Fault] = []
    communes = _communes(columns["communes"], factors, faults)
    cover = _cover(columns["land_cover"], communes, faults)
    _override(cover, overrides, communes, faults)
    changes = _changes(columns["changes"], communes, faults)
    if not faults:
        faults += _totals(communes, cover, changes)
    if faults:
        raise InvalidInput(_("These tables cannot be used together."), faults)
    return Situation(dict(sorted(communes.items())), cover, changes)


def _columns(table_name: str, handle: Handle) -> dict[str, list[Any]]:
    """The columns the model reads, as lists; a missing or mistyped one is refused at once."""
    table = handle.table()
    needed = _REQUIRED[table_name]
    faults = [fault for name, kind in needed.items() if (fault := _column_fault(table, name, kind))]
    if faults:
        raise InvalidInput(_("The table {name} cannot be read.").format(name=table_name), faults)
    found = {name: table.column(name).to_pylist() for name in needed}
    for name in _OPTIONAL[table_name]:
        found[name] = table.column(name).to_pylist() if name in table.column_names else [None] * table.num_rows
    return found


def _column_fault(table: "pa.Table", name: str, kind: str) -> Fault | None:
    where = _("column {name}").format(name=name)
    if name not in table.column_names:
        return Fault(where, _("no such column"), repair=nearest(name, table.column_names))
    found = str(table.schema.field(name).type)
    fits = found in ("string", "large_string") if kind == "text" else found.startswith(("double", "float", "int"))
    return None if fits else Fault(where, found, _("text") if kind == "text" else _("a number"))


def _communes(columns: Mapping[str, list[Any]], factors: Factors, faults: list[Fault]) -> dict[str, Commune]:
    found: dict[str, Commune] = {}
    if not columns["insee"]:
        faults.append(Fault("communes", _("no row"), _("one row for each commune")))
    for number, insee in enumerate(columns["insee"], 1):
        row = {name: values[number - 1] for name, values in columns.items()}
        where = _("communes, row {row}, {code}").format(row=number, code=insee)
        if insee in found:
            faults.append(Fault(where, _("this commune twice"), _("each commune once"), _("Remove one of its rows.")))
        faults += _commune_faults(where, row, factors)
        found[insee] = Commune(
            insee,
            row["name"] or "",
            row["epci_siren"] or "",
            row["area_ha"] or 0.0,
            Place(row["soil_zone"], factors.interregion.get(row["region"], ""), row["forest_group"] or ""),
        )
    return found


def _commune_faults(where: str, row: Mapping[str, Any], factors: Factors) -> list[Fault]:
    faults = []
    area, zone, region = row["area_ha"], row["soil_zone"], row["region"]
    if area is None or not isfinite(area) or area <= 0:
        faults.append(Fault(f"{where}, area_ha", _said(area), _("its area, in hectares")))
    if zone not in factors.zones:
        repair = nearest(zone, factors.zones) if zone else _("Zones: {names}").format(names=", ".join(factors.zones))
        faults.append(Fault(f"{where}, soil_zone", _said(zone), _("a soil zone that has factors"), repair))
    if region not in factors.interregion:
        regions = ", ".join(sorted(factors.interregion))
        expected = _("the INSEE code of a region that has factors")
        faults.append(Fault(f"{where}, region", _said(region), expected, _("Regions: {names}").format(names=regions)))
    return faults


def _cover(
    columns: Mapping[str, list[Any]], communes: Mapping[str, Commune], faults: list[Fault]
) -> dict[str, dict[str, float]]:
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    rows = zip(columns["insee"], columns["class"], columns["area_ha"], strict=True)
    for number, (insee, land, area) in enumerate(rows, 1):
        where = _("land_cover, row {row}, {code} {land}").format(row=number, code=insee, land=land)
        wrong = _row_faults(where, insee, area, communes)
        if land not in LAND_CLASSES:
            wrong.append(Fault(where, _said(land), _("a land-cover class"), nearest(str(land), LAND_CLASSES)))
        elif land in found[insee]:
            wrong.append(Fault(where, _("this class twice"), _("each class once in a commune")))
        found[insee][land] = area
        faults += wrong
    return dict(found)


def _changes(
    columns: Mapping[str, list[Any]], communes: Mapping[str, Commune], faults: list[Fault]
) -> dict[str, list[tuple[str, str, float]]]:
    found: defaultdict[str, list[tuple[str, str, float]]] = defaultdict(list)
    rows = zip(columns["insee"], columns["clc_from"], columns["clc_to"], columns["area_ha"], strict=True)
    for number, (insee, origin, destination, area) in enumerate(rows, 1):
        where = _("changes, row {row}, {code} {origin} to {destination}").format(
            row=number, code=insee, origin=origin, destination=destination
        )
        faults += _row_faults(where, insee, area, communes)
        faults += [
            Fault(
                where, _said(code), _("a CORINE Land Cover code of three digits"), nearest(str(code), [*NOMENCLATURE])
            )
            for code in dict.fromkeys((origin, destination))
            if code not in NOMENCLATURE
        ]
        found[insee].append((origin, destination, area))
    return dict(found)


def _row_faults(where: str, insee: str, area: float | None, communes: Mapping[str, Commune]) -> list[Fault]:
    """What is wrong with the commune and the area of one row."""
    if insee not in communes:
        return [Fault(where, _said(insee), _("a code of the table communes"), nearest(str(insee), [*communes]))]
    if area is None or not isfinite(area) or area < 0:
        return [Fault(where, _said(area), _("an area in hectares, 0 or more"))]
    return _too_large(where, area, communes[insee])


def _too_large(where: str, area: float, commune: Commune) -> list[Fault]:
    if not commune.area_ha or area <= commune.most_ha:
        return []
    expected = _("at most {area} ha, the area of {name}").format(area=_ha(commune.area_ha), name=commune.name)
    return [Fault(where, f"{_ha(area)} ha", expected, _("Check the unit: areas are in hectares."))]


def _override(
    cover: dict[str, dict[str, float]],
    overrides: Overrides,
    communes: Mapping[str, Commune],
    faults: list[Fault],
) -> None:
    for insee, areas in overrides.items():
        for land, area in areas.items():
            where = f"area_overrides, {insee} {land}"
            wrong = _row_faults(where, insee, area, communes)
            faults += wrong
            if not wrong:
                cover.setdefault(insee, {})[land] = area


def _totals(
    communes: Mapping[str, Commune],
    cover: Mapping[str, Mapping[str, float]],
    changes: Mapping[str, Sequence[tuple[str, str, float]]],
) -> list[Fault]:
    """Areas that together exceed their commune, and communes without land cover."""
    faults = []
    for insee, commune in communes.items():
        if insee not in cover:
            faults.append(Fault(f"land_cover, {insee}", _("no row"), _("the land cover of each commune")))
        covered, changed = fsum(cover.get(insee, {}).values()), fsum(area for *_codes, area in changes.get(insee, ()))
        faults += _too_large(_("land_cover, {code}, all classes together").format(code=insee), covered, commune)
        faults += _too_large(_("changes, {code}, all changes together").format(code=insee), changed, commune)
    return faults


def _said(value: object) -> str:
    return _("nothing") if value is None or value == "" else str(value)


def _ha(area: float) -> str:
    return f"{area:.2f}"
