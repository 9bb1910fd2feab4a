"""The three catalogues: how datasets, models and runs become records, of what a person may read."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from agglo.catalogue.datasets import Dataset
from agglo.catalogue.schema import spoken
from agglo.contract import card
from agglo.contract.errors import AggloError, NotFound
from agglo.contract.language import LANGUAGES, _, in_language, language
from agglo.contract.model import Model
from agglo.portal import layers
from agglo.portal.ogc import answers, held, offered
from agglo.portal.visits import Visit
from agglo.runs.run import Run
from agglo.store.sealed import Sealed
from agglo.territory.communes import Bounds
from agglo.trust.access import reading

MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "gpkg": "application/geopackage+sqlite3",
    "zip": "application/zip",
}
_NAMES = {"csv": "CSV", "xlsx": "XLSX", "parquet": "Parquet", "gpkg": "GeoPackage", "zip": "RO-Crate (ZIP)"}

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a record is found by: ``words`` are searched, ``first`` and ``last`` are the instants it speaks of."""

    id: str
    words: str
    first: str
    last: str
    row: Mapping[str, Any]


def datasets(visit: Visit, limit: int | None, offset: int) -> tuple[list[Sheet], int]:
    """A part of the versions of datasets, and how many there are."""
    found = reading.datasets(visit.workspace, visit.person, all_versions=True, limit=limit, offset=offset)
    return [_of_dataset(row) for row in found.rows], found.matched


def _of_dataset(row: Mapping[str, Any]) -> Sheet:
    words = " ".join(str(row[name]) for name in ("name", "version", "title", "source", "owner", "schema", "licence"))
    return Sheet(f"{row['name']}@{row['version']}", words, row["added"], row["added"], row)


def dataset(visit: Visit, id: str) -> Sheet:
    """The sheet of one version of a dataset; errors as :func:`agglo.trust.access.reading.dataset`."""
    known = reading.dataset(visit.workspace, visit.person, id)
    if known.reference != id:
        raise NotFound(_("There is no such record."))
    return _of_dataset({**known.description})


def dataset_record(visit: Visit, sheet: Sheet) -> Record:
    row = sheet.row
    known = Dataset(Sealed(visit.workspace.datasets / str(row["name"]) / str(row["version"])))
    about = spoken(known.schema.get("description", ""))
    caveats = [in_language(text) for text in known.description["caveats"]]
    schema = answers.portal(visit, "dataset_schema", name=known.name, version=known.version)
    forms = [*("csv", "xlsx", "parquet"), *(["gpkg"] if known.crs else [])]
    links = [
        answers.link(schema, "describedby", _("Its columns"), answers.JSON),
        *(
            answers.link(
                answers.portal(visit, "dataset_file", name=known.name, version=known.version, form=form),
                "enclosure", _NAMES[form], MEDIA[form],
            )
            for form in forms
        ),
        answers.link(answers.portal(visit, "dataset", name=known.name), "alternate", _("Its page"), answers.HTML),
    ]  # fmt: skip
    properties = {
        "type": "dataset",
        "title": row["title"],
        "description": " ".join(part for part in (about, *caveats, row["source"]) if part),
        "created": row["added"],
        "updated": row["added"],
        "keywords": [known.schema_name],
        "license": row["licence"],
        "contacts": [{"organization": row["owner"], "roles": ["owner"]}],
        "formats": [{"name": _NAMES[form], "mediaType": MEDIA[form]} for form in forms],
        "themes": [{"concepts": [{"id": known.schema_name}], "scheme": schema}],
        "externalIds": [{"value": known.digest}],
    }
    box = _box_of_dataset(visit, known)
    return _record(visit, sheet, properties, links, box=box, time={"timestamp": row["added"]})


def _box_of_dataset(visit: Visit, known: Dataset) -> Bounds | None:
    if not known.crs:
        return None
    with suppress(AggloError):
        layer = layers.find(visit.workspace, visit.person, f"dataset-{known.reference}")
        return held.about(layers.prepared(visit.workspace, layer)).box
    return None


def models(visit: Visit, limit: int | None, offset: int) -> tuple[list[Sheet], int]:
    """A part of the models, and how many there are: their register is public."""
    found = [_of_model(one.model) for one in offered.entries(visit.workspace)]
    return found[offset : None if limit is None else offset + limit], len(found)


def _of_model(known: Model) -> Sheet:
    words = " ".join((known.id, *known.title.values(), *known.headline.values()))
    return Sheet(offered.process_id(known), words, "", "", {"model": known})


def model(visit: Visit, id: str) -> Sheet:
    known = offered.find(visit.workspace, id).model
    if offered.process_id(known) != id:
        raise offered.unknown(id)
    return _of_model(known)


def model_record(visit: Visit, sheet: Sheet) -> Record:
    known: Model = sheet.row["model"]
    maker = card.of(known).maker
    process = answers.address(visit, "processes", sheet.id)
    links = [
        answers.link(process, "http://www.opengis.net/def/rel/ogc/1.0/process-desc", _("Ask it from a program")),
        answers.link(answers.portal(visit, "model", id=known.id), "alternate", _("Its card"), answers.HTML),
    ]
    properties = {
        "type": "model",
        "title": in_language(known.title) or known.id,
        "description": in_language(maker.purpose) or in_language(known.headline),
        "keywords": [known.id.partition(".")[0], *(one.schema for one in known.inputs)],
        "license": maker.licence or "other",
        "contacts": [{"organization": maker.maker or _("not declared"), "roles": ["author"]}],
        "formats": [{"name": "JSON", "mediaType": answers.JSON}],
        "version": known.version,
    }
    return _record(visit, sheet, properties, links)


def runs(visit: Visit, limit: int | None, offset: int) -> tuple[list[Sheet], int]:
    """A part of the finished runs, latest first, and how many there are."""
    found = reading.runs(visit.workspace, visit.person, state="finished", limit=limit, offset=offset)
    return [_of_run(row) for row in found.rows], found.matched


def _of_run(row: Mapping[str, Any]) -> Sheet:
    words = " ".join(str(row[name] or "") for name in ("id", "model", "version", "scenario", "project"))
    return Sheet(str(row["id"]), words, row["started"], row["finished"], row)


def run(visit: Visit, id: str) -> Sheet:
    """The sheet of one finished run; errors as :func:`agglo.trust.access.reading.run`."""
    known = reading.run(visit.workspace, visit.person, id)
    if known.id != id or known.state != "finished":
        raise NotFound(_("There is no such record."))
    content = known.content
    scenario = content["scenario"]["name"] if content["scenario"] else None
    told = {name: content[name] for name in ("id", "project", "territory", "started", "finished")}
    return _of_run(
        {**told, "model": content["model"]["id"], "version": content["model"]["version"], "scenario": scenario}
    )


def run_record(visit: Visit, sheet: Sheet) -> Record:
    known = Run(Sealed(visit.workspace.runs / sheet.id))
    content = known.content
    scenario, name = content["scenario"], in_language(content["model"]["title"]) or content["model"]["id"]
    about = [in_language(content["model"]["headline"]), scenario["description"] if scenario else "", *known.notes]
    properties = {
        "type": "run",
        "title": _("{model}, {scenario}").format(model=name, scenario=scenario["title"]) if scenario else name,
        "description": " ".join(part for part in about if part),
        "created": content["started"],
        "updated": content["finished"],
        "keywords": [one for one in (content["model"]["id"], scenario and scenario["name"], content["project"]) if one],
        "formats": [{"name": _NAMES["zip"], "mediaType": MEDIA["zip"]}],
        "themes": [{"concepts": [{"id": sheet.row["model"]}], "scheme": answers.address(visit, "processes")}],
        "externalIds": [{"value": content["fingerprint"]}],
    }
    box = layers.territory(visit.workspace).bounds if _is_here(visit, content) else None
    time = {"interval": [content["started"], content["finished"]]}
    return _record(visit, sheet, properties, _run_links(visit, known), box=box, time=time)


def _is_here(visit: Visit, content: Mapping[str, Any]) -> bool:
    """Whether a run is about the territory of this workspace."""
    return content["territory"] in (None, visit.workspace.setting("territory"))


def _run_links(visit: Visit, known: Run) -> list[answers.Link]:
    to = answers.address
    inputs = known.content["inputs"].values()
    return [
        answers.link(to(visit, "jobs", known.id, "results"), "http://www.opengis.net/def/rel/ogc/1.0/results",
                     _("Its answer")),
        answers.link(answers.portal(visit, "archive", id=known.id), "enclosure", _NAMES["zip"], MEDIA["zip"]),
        answers.link(answers.portal(visit, "run", id=known.id), "alternate", _("Its page"), answers.HTML),
        *(
            answers.link(to(visit, "collections", "datasets", "items", f"{one['dataset']}@{one['version']}"),
                         "via", f"{one['dataset']}@{one['version']}", answers.GEOJSON)
            for one in inputs
        ),
    ]  # fmt: skip


def _record(
    visit: Visit,
    sheet: Sheet,
    properties: Mapping[str, Any],
    links: Sequence[answers.Link],
    *,
    box: Bounds | None = None,
    time: Mapping[str, Any] | None = None,
) -> Record:
    spoken_here = {"code": language(), "name": {"fr": "français", "en": "English"}[language()]}
    return {
        "type": "Feature",
        "id": sheet.id,
        "conformsTo": ["http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"],
        "geometry": _polygon(box) if box else None,
        "time": time,
        "properties": {
            **properties,
            "language": spoken_here,
            "languages": [{"code": code} for code in LANGUAGES],
            "providers": [{"name": visit.workspace.setting("publisher") or visit.territory.name, "roles": ["host"]}],
        },
        "links": list(links),
    }


def _polygon(box: Bounds) -> dict[str, Any]:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}
