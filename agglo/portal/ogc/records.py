"""Records (OGC API Records Part 1): the catalogues of datasets, models and runs, searched and read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import Response

from agglo.contract.errors import AggloError
from agglo.contract.language import N_, _
from agglo.portal.ogc import answers, kinds, offered, queries, refusals
from agglo.portal.ogc.kinds import Record, Sheet
from agglo.portal.visits import Visit
from agglo.store.identifiers import now
from agglo.territory.communes import Bounds

PARAMETERS = ("limit", "offset", "bbox", "bbox-crs", "datetime")
SEVERAL = ("q", "type", "ids")
LARGEST_LIMIT = 1_000
_FORBIDDEN = re.compile(r"[\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A collection of records: ``part`` gives sheets and how many there are, ``find`` one of them."""

    id: str
    type: str
    route: str
    name: str
    about: str
    part: Callable[[Visit, int | None, int], tuple[list[Sheet], int]]
    find: Callable[[Visit, str], Sheet]
    record: Callable[[Visit, Sheet], Record]

    def title(self) -> str:
        return _(self.name)

    def description(self) -> str:
        return _(self.about)

    def page(self) -> str:
        """The path of the page where people read the same."""
        from agglo.portal.app import path_of

        return path_of(self.route)


_CATALOGUES = {
    one.id: one
    for one in (
        Catalogue("datasets", "dataset", "data", N_("Datasets"),
                  N_("Every version of every dataset, with its licence, owner and source."),
                  kinds.datasets, kinds.dataset, kinds.dataset_record),
        Catalogue("models", "model", "models", N_("Models"),
                  N_("The public register of models: what each is for, who made it, under which licence."),
                  kinds.models, kinds.model, kinds.model_record),
        Catalogue("runs", "run", "runs", N_("Answers"),
                  N_("Every kept answer: its model, inputs and parameters, with its files."),
                  kinds.runs, kinds.run, kinds.run_record),
    )
}  # fmt: skip


def catalogues() -> Sequence[Catalogue]:
    return tuple(_CATALOGUES.values())


def catalogue(id: str) -> Catalogue | None:
    """The catalogue of that identifier, if it is one."""
    return _CATALOGUES.get(id)


def listing(visit: Visit, known: Catalogue) -> Response:
    """The records of a catalogue that match, a page of them."""
    query = visit.request.query_params
    queries.check(query, PARAMETERS, several=SEVERAL)
    asked = queries.page(query, largest=LARGEST_LIMIT)
    matches = _conditions(query, known)
    if matches:
        chosen = [one for one in known.part(visit, None, 0)[0] if all(test(one) for test in matches)]
        records, matched = _in_boxes(visit, known, chosen, queries.boxes(query), asked)
    else:
        sheets, matched = known.part(visit, asked.limit, asked.offset)
        records = [_shown(visit, known, one) for one in sheets]
    content = {
        "type": "FeatureCollection",
        "numberMatched": matched,
        "numberReturned": len(records),
        "timeStamp": now(),
        "links": [
            *answers.itself(visit, answers.GEOJSON, page=False),
            answers.link(f"{visit.address}{known.page()}", "alternate", _("The same as a page"), answers.HTML),
            *answers.turning(visit, asked, matched, answers.GEOJSON),
            answers.link(answers.address(visit, "collections", known.id), "collection", known.title()),
        ],
        "features": records,
    }
    return _told(visit, content)


def _told(visit: Visit, content: Mapping[str, Any]) -> Response:
    """A list; its tag does not count the instant at which it was made."""
    tag = answers.etag(answers.encoded({**content, "timeStamp": ""}))
    headers = {**answers.headers(visit), "ETag": tag}
    return answers.unchanged(visit, tag) or Response(answers.encoded(content), 200, headers, answers.GEOJSON)


def _in_boxes(
    visit: Visit, known: Catalogue, sheets: Sequence[Sheet], boxes: Sequence[Bounds], asked: queries.Page
) -> tuple[list[Record], int]:
    if not boxes:
        return [_shown(visit, known, one) for one in answers.sliced(sheets, asked)], len(sheets)
    found = [_shown(visit, known, one) for one in sheets]
    found = [one for one in found if one["geometry"] and any(_meet(one["geometry"], box) for box in boxes)]
    return list(answers.sliced(found, asked)), len(found)


def _meet(geometry: Mapping[str, Any], box: Bounds) -> bool:
    """Whether the rectangle of a record and a box have a point in common."""
    (west, south), _east, (east, north) = geometry["coordinates"][0][:3]
    return bool(west <= box[2] and east >= box[0] and south <= box[3] and north >= box[1])


Condition = Callable[[Sheet], bool]


def _conditions(query: QueryParams, known: Catalogue) -> list[Condition]:
    """What a record must be, besides in a box."""
    wanted: list[Condition] = []
    interval, terms, ids = queries.interval(query), queries.texts(query, "q"), queries.texts(query, "ids")
    types = queries.texts(query, "type")
    if "q" in query:
        folded = [" ".join(term.casefold().split()) for term in terms]
        wanted.append(lambda sheet: any(term in " ".join(sheet.words.casefold().split()) for term in folded))
    if "ids" in query:
        wanted.append(lambda sheet: sheet.id in ids)
    if "type" in query:
        wanted.append(lambda _sheet: known.type in types)
    if interval:
        wanted.append(lambda sheet: _overlaps(sheet, interval))
    if queries.boxes(query) and not wanted:
        wanted.append(lambda _sheet: True)
    return wanted


def _overlaps(sheet: Sheet, interval: queries.Interval) -> bool:
    """Whether the time of a record meets an interval; what has no time meets every one."""
    if not sheet.first:
        return True
    return datetime.fromisoformat(sheet.first) <= interval[1] and datetime.fromisoformat(sheet.last) >= interval[0]


def show(visit: Visit, known: Catalogue) -> Response:
    """One record."""
    key = str(visit.path["item"])
    try:
        if _FORBIDDEN.search(key):
            raise offered.unknown(key)
        sheet = known.find(visit, key)
    except AggloError:
        raise refusals.Wrong(_("There is no such record."), status=404) from None
    record = _shown(visit, known, sheet)
    first = answers.itself(visit, answers.GEOJSON, page=False)
    record["links"] = [*first, *(one for one in record["links"] if one["rel"] != "self")]
    return answers.document(visit, record, media=answers.GEOJSON)


def _shown(visit: Visit, known: Catalogue, sheet: Sheet) -> Record:
    """A record with links to itself and to its catalogue."""
    record = known.record(visit, sheet)
    own = answers.address(visit, "collections", known.id, "items", sheet.id)
    up = answers.address(visit, "collections", known.id)
    record["links"] = [
        answers.link(own, "self", record["properties"]["title"], answers.GEOJSON),
        answers.link(up, "collection", known.title()),
        *record["links"],
    ]
    return record
