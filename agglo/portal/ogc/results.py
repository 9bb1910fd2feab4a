"""Answers of jobs: each output by value or by reference, in one document or raw (OGC API Processes Part 1, results).

A table or a layer that is too large to be read at once is always sent as a reference.
"""

import hashlib
import mimetypes
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.responses import Response

from agglo.contract.errors import AggloError, Fault
from agglo.contract.language import _
from agglo.portal import layers, outputs, questions
from agglo.portal.layering import plain
from agglo.portal.ogc import answers, held, jobs, processes, queries, refusals
from agglo.portal.ogc.bodies import Mode, Wanted
from agglo.portal.outputs import Output
from agglo.portal.visits import Visit
from agglo.runs.failures import DISMISSED
from agglo.runs.run import Run
from agglo.store import files
from agglo.trust.access import reading

PARAMETERS = ("outputs", "response")
LARGEST_ROWS, LARGEST_BYTES = 10_000, 5_000_000
_WHOLE = Wanted(form="document")


@dataclass(frozen=True, slots=True)
class Piece:
    """One output as it is sent: the bytes of its value, or the link to it."""

    name: str
    media: str
    value: bytes | None
    link: answers.Link | None = None

    @property
    def inline(self) -> bytes:
        """As a document holds it: lists as they are, objects beside their media type, the rest in base64."""
        if self.value is None:
            return answers.encoded(self.link)
        if self.value[:1] == b"[":
            return self.value
        said = answers.encoded({"mediaType": self.media})
        if self.media in (answers.JSON, answers.GEOJSON):
            return b'{"value":' + self.value + b"," + said[1:]
        return answers.encoded({"value": b64encode(self.value).decode(), "encoding": "base64", "mediaType": self.media})


def show(visit: Visit) -> Response:
    """The answer of a job, as it was asked for, or as the address asks."""
    standing = jobs.found(visit)
    if not standing.is_over and standing.status != DISMISSED:
        said = _("This question has no answer yet.")
        raise refusals.Wrong(said, status=404, kind=refusals.NOT_READY, repair=_("Look again later."))
    return answer(visit, standing.id, _wanted(visit, standing.id))


def _wanted(visit: Visit, id: str) -> Wanted:
    kept = _remembered(visit, id)
    query = visit.request.query_params
    form, names = query.get("response"), queries.texts(query, "outputs")
    if form not in (None, "raw", "document"):
        raise refusals.parameter("response", str(form), "raw, document")
    chosen: Mapping[str, Mode] = dict.fromkeys(names, "value") if names else kept.outputs
    return Wanted(chosen, "raw" if form == "raw" else "document" if form else kept.form)


def remember(visit: Visit, id: str, wanted: Wanted) -> None:
    """Keep how somebody wants an answer, in the cache: without it, they get one document."""
    path = _path(visit, id)
    if wanted == _WHOLE and not path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_atomically(path, files.to_json(asdict(wanted)))


def _remembered(visit: Visit, id: str) -> Wanted:
    with suppress(OSError, ValueError, TypeError):
        return Wanted(**files.read_json(_path(visit, id)))
    return _WHOLE


def _path(visit: Visit, id: str) -> Path:
    who = hashlib.sha256(f"{id} {visit.person.id}".encode()).hexdigest()[:24]
    return visit.workspace.cache / "jobs" / f"{who}.json"


def answer(visit: Visit, id: str, wanted: Wanted) -> Response:
    """The answer of a question that is over.

    Raises
    ------
    Wrong
        It has none: it failed (422) or was withdrawn (410); or an output is not one of it (400).
    """
    if questions.standing_of(visit.workspace, visit.person, id).status == DISMISSED:
        raise refusals.Wrong(_("This question was withdrawn."), status=410)
    run = reading.run(visit.workspace, visit.person, id)
    if failure := run.content["failure"]:
        raise refusals.Wrong(failure["what"], [Fault(**one) for one in failure["faults"]], status=422)
    known = [processes.INDICATORS, *(one.name for one in outputs.listing(run))]
    if wrong := next((name for name in wanted.outputs if name not in known), ""):
        raise refusals.parameter("outputs", wrong, ", ".join(known))
    modes: Mapping[str, Mode] = wanted.outputs or dict.fromkeys(known, "value")
    pieces = [_piece(visit, run, outputs.find(run, name), mode) for name, mode in modes.items()]
    return _document(visit, pieces) if wanted.form == "document" else _raw(visit, pieces)


def _document(visit: Visit, pieces: list[Piece]) -> Response:
    body = b"{" + b",".join(answers.encoded(one.name) + b":" + one.inline for one in pieces) + b"}"
    tag = answers.etag(body)
    headers = {**answers.headers(visit), "ETag": tag}
    return answers.unchanged(visit, tag) or Response(body, 200, headers, answers.JSON)


def _raw(visit: Visit, pieces: list[Piece]) -> Response:
    """One value as itself, several as parts of one message (RFC 2387), references as headers."""
    headers = answers.headers(visit)
    links = [f'<{one.link["href"]}>; rel="{one.name}"; type="{one.link["type"]}"' for one in pieces if one.link]
    if len(links) == len(pieces):
        return Response(status_code=204, headers={**headers, "Link": ", ".join(links)})
    if len(pieces) == 1:
        return Response(pieces[0].value, 200, headers, pieces[0].media)
    boundary = hashlib.sha256(b"".join(one.value or one.name.encode() for one in pieces)).hexdigest()[:32]
    body = b"".join(_part(one, boundary) for one in pieces) + f"--{boundary}--\r\n".encode()
    media = f'multipart/related; boundary="{boundary}"; type="{pieces[0].media}"'
    return Response(body, 200, {**headers, "Content-Type": media})


def _part(piece: Piece, boundary: str) -> bytes:
    where = f"Content-Location: {piece.link['href']}\r\n" if piece.link else ""
    head = f"--{boundary}\r\nContent-Type: {piece.media}\r\nContent-ID: <{piece.name}>\r\n{where}\r\n"
    return head.encode() + (piece.value or b"") + b"\r\n"


def _piece(visit: Visit, run: Run, output: Output, mode: Mode) -> Piece:
    value = _value(visit, run, output) if mode == "value" else None
    if value is not None:
        media = answers.GEOJSON if output.kind == "layer" else answers.JSON
        return Piece(output.name, _media_of(output) if output.kind == "file" else media, value)
    own = answers.portal(visit, "download", id=run.id, output=output.name, form=output.forms[0])
    media = _media_of(output) if output.kind == "file" else processes.CSV
    if output.kind == "layer":
        own, media = answers.address(visit, "collections", f"run-{run.id}.{output.name}", "items"), answers.GEOJSON
    return Piece(output.name, media, None, answers.link(own, "item", output.title, media))


def _media_of(output: Output) -> str:
    return mimetypes.guess_type(output.path.name)[0] or "application/octet-stream"


def _value(visit: Visit, run: Run, output: Output) -> bytes | None:
    """The value of an output; None where it is too large."""
    if output.name == processes.INDICATORS:
        return answers.encoded([plain(one.to_dict()) for one in run.indicators])
    if output.kind == "layer":
        return _features(visit, run, output)
    if output.kind == "table":
        return _rows(output.path)
    return output.path.read_bytes() if output.path.stat().st_size <= LARGEST_BYTES else None


def _rows(path: Path) -> bytes | None:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        if file.metadata.num_rows > LARGEST_ROWS:
            return None
        return answers.encoded([plain(row) for batch in file.iter_batches() for row in batch.to_pylist()])


def _features(visit: Visit, run: Run, output: Output) -> bytes | None:
    with suppress(AggloError):
        layer = layers.find(visit.workspace, visit.person, f"run-{run.id}.{output.name}")
        path = layers.prepared(visit.workspace, layer)
        if held.about(path).count <= LARGEST_ROWS:
            chosen = held.choose(path, held.Selection(LARGEST_ROWS))
            return f'{{"type":"FeatureCollection","features":[{",".join(chosen.texts)}]}}'.encode("utf-8", "replace")
    return None
