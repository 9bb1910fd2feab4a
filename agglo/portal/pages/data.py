"""The catalogue of data: what is known, a dataset's own page, its files, and the form that adds one."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from agglo.catalogue.schema import spoken
from agglo.contract import numerals
from agglo.contract.errors import NotFound
from agglo.contract.language import _, in_language
from agglo.portal import datasets, html, paging
from agglo.portal.app import path_of
from agglo.portal.headings import heads
from agglo.portal.pages import adding, dataset_files
from agglo.portal.routing import page
from agglo.portal.tables import Heading
from agglo.portal.visits import Visit
from agglo.trust.access import reading, rights, visibility
from agglo.trust.access.rights import Asset

if TYPE_CHECKING:
    from agglo.catalogue.datasets import Dataset
    from agglo.runs.run import Run

PER_PAGE = 50
RUNS_SHOWN = 20
MOST_LISTED = 10_000
_FROM_RUN = re.compile(r"run ([0-9a-f-]{36})")


def catalogue(visit: Visit) -> Response:
    """Every dataset the visitor may read, the latest version of each."""
    text, schema = visit.query.get("q", "").strip()[:200], visit.query.get("schema", "")[:100]
    first = (paging.asked(visit) - 1) * PER_PAGE
    found = reading.datasets(
        visit.workspace, visit.person, text=text, schema=schema or None, limit=PER_PAGE, offset=first
    )
    steward = rights.may(visit.workspace, visit.person, "read-restricted")
    return html.page(
        visit,
        "data.html.j2",
        text=text,
        schema=schema,
        schemas=_schemas(visit),
        columns=_columns(steward),
        rows=[_row(visit, dict(one), steward) for one in found.rows],
        pager=paging.pager(visit, first + 1, first + len(found.rows), found.matched, PER_PAGE),
        may_add=rights.may(visit.workspace, visit.person, "add", Asset("dataset")),
        filtered=bool(text or schema),
    )


def _schemas(visit: Visit) -> list[str]:
    """The schemas of what the visitor may read."""
    return sorted(
        {str(one["schema"]) for one in reading.datasets(visit.workspace, visit.person, limit=MOST_LISTED).rows}
    )


def _columns(steward: bool) -> list[Heading]:
    named = [_("Title"), _("Rows"), _("Licence"), _("Owner"), _("Added on"), _("Version"), _("Schema")]
    return heads(*named, *([_("Visibility")] if steward else []), numbers=[1])


def _row(visit: Visit, one: dict[str, Any], steward: bool) -> list[Any]:
    cells: list[Any] = [
        {"text": one["title"], "href": path_of("dataset", name=one["name"])},
        numerals.number(one["rows"]),
        one["licence"],
        one["owner"],
        html.day(one["added"]),
        one["version"],
        one["schema"],
    ]
    if steward:
        cells.append(datasets.visibility(_visibility(visit, f"{one['name']}@{one['version']}")))
    return cells


def _visibility(visit: Visit, reference: str) -> str:
    return str(visibility.of(visit.workspace, Asset("dataset", reference)))


def dataset(visit: Visit) -> Response:
    """One version of a dataset: what it is, what it holds, where it comes from and what was made of it."""
    name, at, version = str(visit.path["name"]).partition("@")
    if at:
        return RedirectResponse(f"{path_of('dataset', name=name)}?{urlencode({'version': version})}", 303)
    asked = visit.query.get("version", "")
    found = reading.dataset(visit.workspace, visit.person, f"{name}@{asked}" if asked else name)
    readers = reading.runs(visit.workspace, visit.person, dataset=found.reference, limit=RUNS_SHOWN)
    return html.page(
        visit,
        "dataset.html.j2",
        heads=heads,
        dataset=found,
        described=found.description,
        schema_title=spoken(found.schema.get("title", "")) or found.schema_name,
        facts=_facts(visit, found),
        caveats=[in_language(one) for one in found.description["caveats"]],
        fields=datasets.fields(found.schema),
        quality=datasets.quality(found),
        preview=datasets.preview(found),
        versions=_versions(visit, found),
        made_by=_maker(visit, found),
        readers=[_reader(one) for one in readers.rows],
        readers_matched=readers.matched,
        files=dataset_files.offered(found),
        added=visit.query.get("added", ""),
        map_href=_map(found),
    )


def _facts(visit: Visit, found: "Dataset") -> list[tuple[str, str]]:
    described = found.description
    origin = _("an answer kept here") if _FROM_RUN.fullmatch(str(described["source"])) else described["source"]
    facts = [
        (_("Licence"), described["licence"]),
        (_("Source"), origin),
        (_("Attribution"), described["attribution"] or _("none asked")),
        (_("Owner"), described["owner"]),
        (_("Rows"), numerals.number(described["rows"])),
        (_("Added on"), html.day(described["added"])),
        (_("Version"), found.version),
        (_("Digest of the content (SHA-256)"), found.digest),
    ]
    if found.crs:
        facts.append((_("Coordinates"), found.crs))
    if rights.may(visit.workspace, visit.person, "read-restricted", Asset("dataset", found.reference)):
        facts.append((_("Visibility"), datasets.visibility(_visibility(visit, found.reference))))
    return facts


def _versions(visit: Visit, found: "Dataset") -> list[list[Any]]:
    held = reading.datasets(visit.workspace, visit.person, name=found.name, all_versions=True, limit=200).rows
    address = path_of("dataset", name=found.name)
    mine = [one for one in held if one["name"] == found.name]
    return [
        [
            {"text": one["version"], "href": f"{address}?version={one['version']}"},
            html.day(one["added"]),
            numerals.number(one["rows"]),
            _("this one") if one["version"] == found.version else "",
        ]
        for one in sorted(mine, key=lambda one: (str(one["added"]), str(one["version"])), reverse=True)
    ]


def _maker(visit: Visit, found: "Dataset") -> dict[str, Any] | None:
    """The run whose output this is, if it is one; what the visitor may not read of it is not said."""
    match = _FROM_RUN.fullmatch(str(found.description["source"]))
    if not match:
        return None
    try:
        made: Run = reading.run(visit.workspace, visit.person, match[1])
    except NotFound:
        return {"href": "", "text": _("An answer that is not public.")}
    said = _("Answer of {model}, {day}").format(model=made.model, day=html.day(str(made.content["finished"])))
    return {"href": path_of("run", id=made.id), "text": said}


def _reader(one: Any) -> list[Any]:
    said = _("Answer of {model}, {day}").format(model=one["model"], day=html.day(one["finished"]))
    return [{"text": said, "href": path_of("run", id=one["id"])}, one["version"], one["scenario"] or "–"]


def _map(found: "Dataset") -> str:
    if not found.crs:
        return ""
    return f"{path_of('map')}?{urlencode({'couches': f'dataset-{found.reference}'})}"


ROUTES = (
    page("/donnees", catalogue, name="data"),
    page("/donnees/{name}", dataset, name="dataset"),
    page("/donnees/{name}/schemas/{version}.json", dataset_files.schema, name="dataset_schema"),
    page("/donnees/{name}/fichiers/{version}.{form}", dataset_files.answer, name="dataset_file"),
    page("/donnees-ajouter", adding.form, name="add_data", methods=("GET", "POST")),
    page("/schemas/{name}.json", dataset_files.known_schema, name="schema"),
)
