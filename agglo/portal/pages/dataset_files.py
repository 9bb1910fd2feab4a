"""What people take away of a dataset: its table in several forms, and the schemas that say what a table must hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import FileResponse, Response, StreamingResponse

from agglo.contract import numerals
from agglo.contract.errors import NotFound, nearest
from agglo.contract.language import _
from agglo.portal import adding, datasets, export
from agglo.portal.app import path_of
from agglo.portal.visits import Visit
from agglo.store.files import to_json
from agglo.trust.access import reading
from agglo.trust.deal import export as export_of_deals

if TYPE_CHECKING:
    from agglo.catalogue.datasets import Dataset

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "gpkg": "application/geopackage+sqlite3",
}
DEAL_SCHEMA = "local-green-deal"
_VERSION = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that may be taken: its address, what it is called, what is known of it."""

    href: str
    label: str
    about: str


def offered(dataset: "Dataset") -> list[Offer]:
    """The files of a dataset, those that spreadsheets read first."""
    names = {
        "csv": _("CSV (text)"),
        "xlsx": _("XLSX (spreadsheet)"),
        "gpkg": _("GeoPackage (map)"),
        "parquet": _("Parquet (for programs)"),
    }
    forms = [form for form in names if form in datasets.as_output(dataset).forms]
    size = numerals.scaled(dataset.path.stat().st_size / 1e9, "GB")
    return [
        Offer(
            path_of("dataset_file", name=dataset.name, version=dataset.version, form=form),
            _("{title}: {form}").format(title=dataset.description["title"], form=names[form]),
            size if form == "parquet" else "",
        )
        for form in forms
    ]


def answer(visit: Visit) -> Response:
    """One version of a dataset in one form, as a file to keep."""
    form = str(visit.path["form"])
    found = _found(visit)
    output = datasets.as_output(found)
    if form not in output.forms:
        repair = _("It can be had as: {forms}").format(forms=", ".join(output.forms))
        raise NotFound(_("This dataset cannot be had in this form."), repair=repair)
    headers = _headers(f"{found.name}-{found.version}.{form}", f"{found.digest[:32]}-{form}-{visit.language}")
    if headers["ETag"] in visit.request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if form == "csv":
        return StreamingResponse(export.csv(output), headers=headers, media_type=TYPES[form])
    path = found.path if form == "parquet" else export.made(visit.workspace, output, form)
    return FileResponse(path, headers=headers, media_type=TYPES[form])


def schema(visit: Visit) -> Response:
    """The schema that a version was checked against."""
    found = _found(visit)
    return _json(found.schema, f"{found.schema_name}.json")


def known_schema(visit: Visit) -> Response:
    """A schema that files can follow, or that of the deals' JSON files."""
    name = str(visit.path["name"])
    if name == DEAL_SCHEMA:
        return _json(export_of_deals.schema(), f"{name}.json")
    known = adding.schemas()
    if name not in known:
        raise NotFound(_("There is no such schema."), repair=nearest(name, list(known)))
    return _json(known[name], f"{name}.json")


def _found(visit: Visit) -> "Dataset":
    """The very version of the address; a shortened one has no file, so that an address always gives the same one."""
    name, version = str(visit.path["name"]), str(visit.path["version"])
    if not _VERSION.fullmatch(version):
        raise NotFound(_("There is no such version."))
    return reading.dataset(visit.workspace, visit.person, f"{name}@{version}")


def _json(content: Mapping[str, Any], name: str) -> Response:
    return Response(to_json(content), headers=_headers(name, ""), media_type="application/json")


def _headers(name: str, tag: str) -> dict[str, str]:
    """Headers of a file to keep; ``name`` holds letters, digits, points and hyphens only."""
    headers = {
        "Content-Disposition": f'attachment; filename="{re.sub(r"[^A-Za-z0-9._-]+", "-", name)}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-cache",
    }
    return headers | ({"ETag": f'W/"{tag}"'} if tag else {})
