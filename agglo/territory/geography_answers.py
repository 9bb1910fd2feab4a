"""Reading the geography API's answers: checked whole, every fault at once, before a territory is made of them."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.territory.codes import format_faults, is_department, is_insee, is_region, is_siren
from agglo.territory.communes import Commune, Ring, Territory
from agglo.territory.geodesy import Point

SOURCE = "API Découpage administratif of the French State: codes and municipal populations of INSEE, outlines of IGN"
LICENCE = "Licence Ouverte 2.0"
FEWEST_POINTS = 4
"""A closed ring is a triangle at least, its first point repeated."""
SHOWN_CHARACTERS = 60
MAX_LONGITUDE, MAX_LATITUDE = 180, 90

_Record = dict[str, object]


@dataclass(frozen=True)
class _Place:
    """Where in an answer the reader stands, and the faults found so far in the whole of it."""

    where: str
    faults: list[Fault]

    def at(self, step: str) -> "_Place":
        return _Place(f"{self.where}{step}", self.faults)

    def refuse(self, got: object, expected: str) -> None:
        self.faults.append(Fault(self.where, _short(got), expected))


def read_json(content: bytes, where: str) -> object:
    """``content`` read as JSON; ``where`` names it in the fault.

    Raises
    ------
    InvalidInput
        It is not JSON in UTF-8.
    """
    try:
        return json.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        start = content[:40].decode("utf-8", "replace").split("\n")[0]
        raise _untrusted(
            [
                Fault(
                    where,
                    f'"{start}"' if start else _("nothing"),
                    _("JSON"),
                    _("A proxy or a sign-in page may have answered in its place, or the file is cut."),
                )
            ]
        ) from error


def read_epci_name(answer: object, siren: str) -> str:
    """Name of the EPCI in the answer of ``/epcis/{siren}``.

    Raises
    ------
    InvalidInput
        The answer is not about that EPCI.
    """
    faults: list[Fault] = []
    name = _epci_name(answer, siren, _Place("epci", faults))
    if faults:
        raise _untrusted(faults)
    return name


def read_epci_list(answer: object) -> dict[str, str]:
    """Names by SIREN in the answer of ``/epcis?nom=``.

    Raises
    ------
    InvalidInput
        The answer is not a list of EPCI.
    """
    faults: list[Fault] = []
    place = _Place("epcis", faults)
    found: dict[str, str] = {}
    for index, item in enumerate(_list(answer, place, _("a list of EPCI"))):
        here, record = place.at(f"[{index}]"), _mapping(item)
        found[_text(record, "code", is_siren, _("a SIREN"), here)] = _text(record, "nom", bool, _("a name"), here)
    if faults:
        raise _untrusted(faults)
    return found


def read_territory(epci: object, communes: object, siren: str) -> Territory:
    """The territory told by the answers of ``/epcis/{siren}`` and ``/epcis/{siren}/communes``.

    Raises
    ------
    InvalidInput
        Either answer cannot be trusted; every fault is listed.
    """
    faults: list[Fault] = []
    place = _Place("communes", faults)
    name = _epci_name(epci, siren, _Place("epci", faults))
    records = _list(communes, place, _("a list of communes"))
    if isinstance(communes, list) and not communes:
        place.refuse(communes, _("one commune or more"))
    read = [_commune(record, place.at(f"[{index}]")) for index, record in enumerate(records)]
    faults += format_faults((commune.insee for commune in read if commune.insee), what="communes")
    if faults:
        raise _untrusted(faults)
    return Territory(siren, name, tuple(sorted(read, key=lambda one: one.insee)), SOURCE, LICENCE, None)


def _untrusted(faults: list[Fault]) -> InvalidInput:
    return InvalidInput(_("The answer of the geography service cannot be trusted."), faults)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 3]}..."


def _list(value: object, place: _Place, expected: str) -> list[object]:
    if isinstance(value, list):
        return value
    place.refuse(value, expected)
    return []


def _mapping(value: object) -> _Record:
    return value if isinstance(value, dict) else {}


def _text(record: _Record, key: str, good: Callable[[str], bool], expected: str, place: _Place) -> str:
    value = record.get(key)
    if isinstance(value, str) and good(value):
        return value
    place.at(f".{key}").refuse(value, expected)
    return ""


def _epci_name(answer: object, siren: str, place: _Place) -> str:
    record = _mapping(answer)
    if record.get("code") != siren:
        place.at(".code").refuse(record.get("code", answer), f'"{siren}"')
    return _text(record, "nom", bool, _("a name"), place)


def _commune(value: object, place: _Place) -> Commune:
    record = _mapping(value)
    insee = _text(record, "code", is_insee, _("an INSEE code of five characters such as 91477"), place)
    here = place.at(f" ({insee})") if insee else place
    longitude, latitude = _centre(record.get("centre"), here.at(".centre"))
    stated = record.get("siren") is not None
    return Commune(
        insee=insee,
        name=_text(record, "nom", bool, _("a name"), here),
        siren=_text(record, "siren", is_siren, _("a SIREN"), here) if stated else None,
        population_municipale=_population(record.get("population"), here.at(".population")),
        population_totale=None,
        longitude=longitude,
        latitude=latitude,
        rings=_rings(record.get("contour"), here.at(".contour")),
        department=_text(record, "codeDepartement", is_department, _("a department code"), here),
        region=_text(record, "codeRegion", is_region, _("a region code"), here),
    )


def _population(value: object, place: _Place) -> int | None:
    """Inhabitants; None where the service does not state them."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    place.refuse(value, _("a whole number of inhabitants"))
    return None


def _point(value: object) -> Point | None:
    if not isinstance(value, list) or len(value) not in (2, 3):
        return None
    if not all(isinstance(part, int | float) and not isinstance(part, bool) for part in value):
        return None
    longitude, latitude = value[:2]
    inside = abs(longitude) <= MAX_LONGITUDE and abs(latitude) <= MAX_LATITUDE
    return (float(longitude), float(latitude)) if inside else None


def _centre(value: object, place: _Place) -> Point:
    record = _mapping(value)
    point = _point(record.get("coordinates")) if record.get("type") == "Point" else None
    if point is None:
        place.refuse(value, _("a GeoJSON Point, longitude then latitude in degrees"))
    return point or (0.0, 0.0)


def _rings(value: object, place: _Place) -> tuple[Ring, ...]:
    record = _mapping(value)
    coordinates = record.get("coordinates")
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(record.get("type")))
    if not isinstance(polygons, list) or not polygons or not all(isinstance(part, list) and part for part in polygons):
        place.refuse(value, _("a GeoJSON Polygon or MultiPolygon"))
        return ()
    return tuple(
        Ring(_closed(line, place.at(f"[{part}][{index}]")), part, index > 0)
        for part, lines in enumerate(polygons)
        for index, line in enumerate(lines)
    )


def _closed(line: object, place: _Place) -> tuple[Point, ...]:
    points = [_point(pair) for pair in line] if isinstance(line, list) else []
    good = tuple(point for point in points if point is not None)
    if len(good) < FEWEST_POINTS or len(good) != len(points) or good[0] != good[-1]:
        place.refuse(line, _("a closed ring of four or more longitude and latitude pairs in degrees"))
    return good
