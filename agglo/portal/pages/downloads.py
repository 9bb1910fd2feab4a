"""What people take away of a run: its outputs in several forms, and its archive.

Everything is sent as a file to keep, never to be shown by the browser: what a model writes (a page, a drawing) must not
run here.
"""

import re
from pathlib import Path
from urllib.parse import quote

from starlette.responses import FileResponse, Response, StreamingResponse

from agglo.contract.errors import Forbidden, NotFound
from agglo.contract.language import _
from agglo.portal import export, outputs, security
from agglo.portal.outputs import Output
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.runs.run import Run
from agglo.trust.access import reading, rights
from agglo.trust.access.rights import Asset

ARCHIVE_FORM = "zip"
_ANY = "application/octet-stream"
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "gpkg": "application/geopackage+sqlite3",
    ARCHIVE_FORM: "application/zip",
}
_SHORT_ID = 12
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def download(visit: Visit) -> Response:
    """One output of a run in one form."""
    run = reading.run(visit.workspace, visit.person, visit.path["id"])
    output, form = outputs.find(run, visit.path["output"]), visit.path["form"]
    if form not in output.forms:
        repair = _("It can be had as: {forms}").format(forms=", ".join(output.forms))
        raise NotFound(_("This output cannot be had in this form."), repair=repair)
    headers = _headers(f"{_named(run)}-{output.name}.{form}", f"{output.digest}-{form}-{visit.language}", output, form)
    if _is_held(visit, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if output.is_table and form == "csv":
        if visit.request.method == "HEAD":
            return Response(headers=headers, media_type=_TYPES["csv"])
        return StreamingResponse(export.csv(output), headers=headers, media_type=_TYPES["csv"])
    kept = not output.is_table or form == "parquet"
    path = output.path if kept else export.made(visit.workspace, output, form)
    return _file(path, headers, _TYPES[form] if output.is_table else _ANY)


def archive(visit: Visit) -> Response:
    """A run with its inputs and its code, as ``agglo export`` writes it.

    The archive holds the log, so whoever may not read a log that says something may not have it.
    """
    run = reading.run(visit.workspace, visit.person, visit.path["id"])
    if not may_read_log(visit, run) and run.log.strip():
        raise Forbidden(
            _("This archive holds the log of the model, which is not public."),
            repair=_("Take the tables instead, or sign in with an account that may read what is restricted."),
        )
    path = export.archive(visit.workspace, run)
    headers = _headers(f"{_named(run)}.{ARCHIVE_FORM}", path.stem, None, ARCHIVE_FORM)
    if _is_held(visit, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return _file(path, headers, _TYPES[ARCHIVE_FORM])


def may_read_log(visit: Visit, run: Run) -> bool:
    """Whether a person may read what a model printed."""
    return rights.may(visit.workspace, visit.person, "read-restricted", Asset("run", run.id))


def _named(run: Run) -> str:
    """The beginning of a file's name: the model and the end of the run's identifier."""
    return f"{run.content['model']['id']}-{run.id[-_SHORT_ID:]}"


def _headers(name: str, tag: str, output: Output | None, form: str) -> dict[str, str]:
    """Headers of a file to keep. A CSV file is made as it is sent: its tag is weak."""
    safe = _UNSAFE.sub("-", name).lstrip(".-") or "file"
    plain = quote(safe, safe="")
    weak = "W/" if output is not None and output.is_table and form == "csv" else ""
    return {
        "Content-Disposition": f"attachment; filename=\"{safe}\"; filename*=UTF-8''{plain}",
        "X-Content-Type-Options": "nosniff",
        security.EXTRA_HEADER: "sandbox",
        "ETag": f'{weak}"{_UNSAFE.sub("-", tag)}"',
        "Cache-Control": "private, no-cache",
    }


def _is_held(visit: Visit, tag: str) -> bool:
    """Whether whoever asks already has it."""
    said = visit.request.headers.get("if-none-match", "")
    held = {one.strip().removeprefix("W/") for one in said.split(",")}
    return said.strip() == "*" or tag.removeprefix("W/") in held


def _file(path: Path, headers: dict[str, str], kind: str) -> Response:
    return FileResponse(path, headers=headers, media_type=kind)


ROUTES = (
    page("/reponses/{id}/fichiers/{output}.{form}", download, name="download"),
    page("/reponses/{id}/archive.zip", archive, name="archive"),
)
