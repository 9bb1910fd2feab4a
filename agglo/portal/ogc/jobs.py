"""Jobs: questions asked, from their acceptance to their answer (OGC API Processes Part 1, job list and dismiss).

A job's identifier is that of its request, which is that of its run: nothing is kept of a job that a run does not keep.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from starlette.datastructures import QueryParams
from starlette.responses import Response

from agglo.contract.errors import AggloError, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.portal import questions
from agglo.portal.ogc import answers, queries, refusals
from agglo.portal.visits import Visit
from agglo.runs import requests
from agglo.runs.failures import DISMISSED
from agglo.runs.standing import Standing
from agglo.trust.access import reading

PARAMETERS = ("limit", "offset", "datetime", "minDuration", "maxDuration")
SEVERAL = ("type", "processID", "status")
STATUSES = ("accepted", "running", "successful", "failed", "dismissed")
RESULTS = "http://www.opengis.net/def/rel/ogc/1.0/results"
LARGEST_LIMIT = 1_000

_STATUS = {"queued": "accepted", "running": "running", "finished": "successful", "failed": "failed"}
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Job = dict[str, Any]


def listing(visit: Visit) -> Response:
    """The jobs a person may see, those that wait first, then the latest."""
    query = visit.request.query_params
    asked = queries.page(query, largest=LARGEST_LIMIT)
    wanted = _Wanted(query)
    waiting = [one for one in map(_of_standing, _waiting(visit)) if wanted.holds(one)]
    found, matched = _part(visit, wanted, waiting, asked)
    links = [*answers.itself(visit), *answers.turning(visit, asked, matched)]
    shown = [{**one, "links": _links(visit, one)} for one in found]
    content = {"jobs": shown, "numberMatched": matched, "numberReturned": len(shown), "links": links}
    return answers.document(visit, content)


class _Wanted:
    """What jobs are asked for."""

    def __init__(self, query: QueryParams) -> None:
        self.types = queries.among(query, "type", ("process",))
        self.statuses = queries.among(query, "status", STATUSES)
        self.processes = set(queries.texts(query, "processID"))
        self.created = queries.interval(query)
        self.least_s, self.most_s = queries.duration(query, "minDuration"), queries.duration(query, "maxDuration")

    @property
    def everything(self) -> bool:
        bounds = (self.created, self.least_s, self.most_s)
        return not (self.statuses or self.processes) and all(bound is None for bound in bounds)

    def holds(self, job: Job) -> bool:
        name = job["processID"]
        if self.processes and not {name, name.partition(":")[0]} & self.processes:
            return False
        if self.statuses and job["status"] not in self.statuses:
            return False
        if self.created and not self.created[0] <= datetime.fromisoformat(job["created"]) <= self.created[1]:
            return False
        return self._lasts(job)

    def _lasts(self, job: Job) -> bool:
        if self.least_s is None and self.most_s is None:
            return True
        if not (job.get("started") and job.get("finished")):
            return False
        lasted = datetime.fromisoformat(job["finished"]) - datetime.fromisoformat(job["started"])
        least = 0.0 if self.least_s is None else self.least_s
        return least <= lasted.total_seconds() and (self.most_s is None or lasted.total_seconds() <= self.most_s)


def _part(visit: Visit, wanted: _Wanted, waiting: list[Job], asked: queries.Page) -> tuple[list[Job], int]:
    """A page of the jobs that match, and how many do. Where everything is asked for, that page alone is read."""
    if not wanted.everything:
        rows = reading.runs(visit.workspace, visit.person, limit=None).rows
        every = [*waiting, *filter(wanted.holds, map(_of_row, rows))]
        return list(answers.sliced(every, asked)), len(every)
    ahead = waiting[asked.offset : asked.offset + asked.limit]
    left, start = asked.limit - len(ahead), max(asked.offset - len(waiting), 0)
    found = reading.runs(visit.workspace, visit.person, limit=left, offset=start)
    return [*ahead, *map(_of_row, found.rows)], len(waiting) + found.matched


def _waiting(visit: Visit) -> list[Standing]:
    """Requests without an answer yet that a person may see, the latest first."""
    found = []
    if visit.person.signed_in:
        for request in reversed(requests.pending(visit.workspace)):
            with suppress(AggloError, OSError, ValueError, KeyError):
                standing = questions.standing_of(visit.workspace, visit.person, request.id)
                if not standing.is_over:
                    found.append(standing)
    return found


def _of_standing(standing: Standing) -> Job:
    times = {"started": standing.started, "finished": standing.finished}
    progress = {"progress": round(100 * standing.fraction)} if standing.status != DISMISSED else {}
    return {
        **_job(standing.id, standing.model.replace("@", ":"), _STATUS.get(standing.status, DISMISSED)),
        **({"message": standing.text} if standing.text else {}),
        **{name: moment for name, moment in times.items() if moment},
        **progress,
    }


def _of_row(row: Mapping[str, Any]) -> Job:
    failed = DISMISSED if row["failure"] == DISMISSED else "failed"
    status = "successful" if row["state"] == "finished" else failed
    job = _job(row["id"], f"{row['model']}:{row['version']}", status)
    progress = {"progress": 100 if status == "successful" else 0} if status != DISMISSED else {}
    return {**job, "started": row["started"], "finished": row["finished"], **progress}


def _job(id: str, process: str, status: str) -> Job:
    return {"jobID": id, "processID": process, "type": "process", "status": status, "created": _created(id)}


def _created(id: str) -> str:
    """When a request was made, which its identifier tells (RFC 9562, 5.7)."""
    moment = datetime.fromtimestamp((UUID(id).int >> 80) / 1_000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _links(visit: Visit, job: Job) -> list[answers.Link]:
    own = answers.address(visit, "jobs", job["jobID"])
    links = [answers.link(own, "self", _("This job")), answers.link(own, "monitor", _("Where this job stands"))]
    if job["status"] == "successful":
        links.append(answers.link(f"{own}/results", RESULTS, _("Its answer")))
    if job["status"] in ("successful", "failed", "dismissed") and job.get("finished"):
        links.append(
            answers.link(answers.portal(visit, "run", id=job["jobID"]), "alternate", _("Its page"), answers.HTML)
        )
    else:
        page = answers.portal(visit, "request", id=job["jobID"])
        links.append(answers.link(page, "alternate", _("Its page"), answers.HTML))
    return links


def described(visit: Visit, standing: Standing) -> Job:
    """Where a job stands, with its links."""
    job = _of_standing(standing)
    return {**job, "links": _links(visit, job)}


def show(visit: Visit) -> Response:
    """Where a job stands."""
    return answers.document(visit, described(visit, found(visit)))


def found(visit: Visit) -> Standing:
    """The job that the address names.

    Raises
    ------
    Wrong
        There is none that the person may see: no-such-job.
    """
    key = str(visit.path["id"])
    if not _ID.fullmatch(key):
        raise refusals.no_such(NotFound(_('No question "{id}".').format(id=key[:80])), refusals.NO_SUCH_JOB)
    try:
        return questions.standing_of(visit.workspace, visit.person, key)
    except NotFound as error:
        raise refusals.no_such(error, refusals.NO_SUCH_JOB) from None


def page(visit: Visit) -> str:
    """The path of the page of a job: its answer, or its progress."""
    from agglo.portal.app import path_of

    standing = found(visit)
    return path_of("run" if standing.is_over else "request", id=standing.id)


def dismiss(visit: Visit) -> Response:
    """Give a job up. One that was answered is kept: answers are never removed."""
    standing = found(visit)
    if standing.status == DISMISSED:
        raise refusals.Wrong(_("This question was withdrawn."), status=410)
    try:
        questions.dismiss(visit, standing.id)
    except InvalidInput as error:
        raise refusals.Wrong(error.what, status=409, repair=_("What was answered is kept for good.")) from None
    now = described(visit, questions.standing_of(visit.workspace, visit.person, standing.id))
    return Response(answers.encoded({**now, "status": DISMISSED}), 200, answers.headers(visit), answers.JSON)
