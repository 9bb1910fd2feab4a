"""Ask a model through the open API (OGC API Processes Part 1, execute): what is sent is read once, all faults told.

An asking is durable before it is acknowledged. Who asks synchronously waits a minute at most, then is told where to
look; only a few wait at a time, so that waiting never stops the portal from answering others.
"""

import re
import threading
import time
from dataclasses import dataclass

from starlette.responses import Response

from agglo.contract.errors import Fault, InvalidInput, MissingExtra
from agglo.contract.language import _
from agglo.portal import questions
from agglo.portal.askable import Entry
from agglo.portal.ogc import answers, bodies, jobs, processes, refusals, results
from agglo.portal.visits import Visit
from agglo.runs import asking
from agglo.runs.asking import Accepted
from agglo.trust.access import rights
from agglo.trust.access.rights import Asset

LONGEST_WAIT_S = 60.0
MOST_WAITING = 8
_FIRST_LOOK_S, _SLOWEST_LOOK_S = 0.02, 0.5
_WAITING = threading.BoundedSemaphore(MOST_WAITING)
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*([0-9]{1,6})(?:$|[,;\s])")


@dataclass(frozen=True, slots=True)
class Preference:
    """How an answer is wanted (RFC 7240): at once, or within a time [s]; ``told`` is what is said to be applied."""

    wait_s: float
    told: str = ""


def execute(visit: Visit) -> Response:
    """Take a question; answer it, or say where its answer will be."""
    entry = processes.found(visit)
    rights.check(visit.workspace, visit.person, "run", Asset("model", entry.model.id))
    found: list[Fault] = []
    sent = bodies.read(visit, entry.model, found)
    accepted = _accepted(visit, entry, sent, found)
    results.remember(visit, accepted.id, sent.wanted)
    preference = _preference(visit.request.headers.get("prefer", ""))
    if preference.wait_s and _is_over(visit, accepted, preference.wait_s):
        return results.answer(visit, accepted.id, sent.wanted)
    return _created(visit, accepted.id, preference)


def _accepted(visit: Visit, entry: Entry, sent: bodies.Sent, found: list[Fault]) -> Accepted:
    """The question, accepted; or every fault of it.

    Raises
    ------
    Wrong
        Lists what is wrong with the body and with what it asks (400).
    """
    what = {"inputs": sent.inputs, "parameters": sent.parameters, "seed": sent.seed}
    try:
        if not found:
            return questions.ask(visit, entry, **what)  # type: ignore[arg-type]
        questions.posed(visit.workspace, visit.person, entry, **what)  # type: ignore[arg-type]
    except InvalidInput as error:
        told = {fault.where for fault in found}
        found += [fault for fault in error.faults if fault.where not in told]
    except MissingExtra as error:
        raise refusals.Wrong(error.what, status=422, repair=error.repair) from None
    raise refusals.Wrong(_("{model} cannot be asked this.").format(model=entry.model.id), found)


def _preference(header: str) -> Preference:
    """What the header ``Prefer`` asks for; without it, an answer is waited for."""
    words = header[:200].lower()
    wait = _WAIT.search(words)
    if "respond-async" in words:
        return Preference(0.0, "respond-async")
    if wait:
        return Preference(min(float(wait[1]), LONGEST_WAIT_S), f"wait={wait[1]}")
    return Preference(LONGEST_WAIT_S)


def _is_over(visit: Visit, accepted: Accepted, wait_s: float) -> bool:
    """Wait for an answer; whether there is one."""
    if accepted.run:
        return True
    if not _WAITING.acquire(blocking=False):
        return False
    try:
        return _waited(visit, accepted.id, time.monotonic() + wait_s)
    finally:
        _WAITING.release()


def _waited(visit: Visit, id: str, until: float) -> bool:
    pause = _FIRST_LOOK_S
    while time.monotonic() < until:
        if asking.progress_of(visit.workspace, id).is_over:
            return True
        time.sleep(pause)
        pause = min(pause * 1.3, _SLOWEST_LOOK_S)
    return False


def _created(visit: Visit, id: str, preference: Preference) -> Response:
    """The answer to whoever does not wait, or has waited long enough: where the job is."""
    where = answers.address(visit, "jobs", id)
    body = answers.encoded(jobs.described(visit, questions.standing_of(visit.workspace, visit.person, id)))
    headers = {**answers.headers(visit), "Location": where}
    if preference.told:
        headers["Preference-Applied"] = preference.told
    return Response(body, 201, headers, answers.JSON)
