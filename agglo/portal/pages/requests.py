"""A question that was asked: where it stands, until there is a run to read."""

import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import anyio
import anyio.to_thread
from starlette.responses import RedirectResponse, Response, StreamingResponse

from agglo.contract.errors import NotFound, TooMany
from agglo.contract.language import _, in_language, ngettext, speaking
from agglo.portal import askable, html, questions
from agglo.portal.app import path_of
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.runs import requests
from agglo.runs.standing import Standing

_SEE_OTHER = 303
MOST_STREAMS = 100
"""Pages that may follow questions at once; the others are read anew by hand."""
_EVERY_S = 0.3
_HEARTBEAT_S = 15.0
_LONGEST_S = 600.0
"""After so long a stream ends; the browser opens another, and rights are looked at again [s]."""
_RETRY_MS = 3000


def show(visit: Visit) -> Response:
    """Where a question stands; the page of its run once there is one."""
    now = questions.standing_of(visit.workspace, visit.person, visit.path["id"])
    if now.is_over:
        return RedirectResponse(path_of("run", id=now.id), _SEE_OTHER)
    model, _at, version = now.model.rpartition("@")
    return html.page(
        visit,
        "request.html.j2",
        now=now,
        title=_title(visit, model),
        model=model,
        version=version,
        said=_said(visit, now),
        percent=round(100 * now.fraction),
        may_dismiss=now.status != "dismissed" and questions.may_dismiss(visit.workspace, visit.person, now.id),
    )


def _title(visit: Visit, model: str) -> str:
    """What a model is called, if it is still there."""
    try:
        return in_language(askable.find(visit.workspace, model).model.title) or model
    except NotFound:
        return model


def _said(visit: Visit, now: Standing) -> str:
    """Where a question stands, in a sentence."""
    if now.status == "running":
        return _("It is being computed.")
    if now.status == "dismissed":
        return _("It was withdrawn, and is being stopped.")
    ahead = sum(1 for one in requests.pending(visit.workspace) if one.id < now.id)
    if not ahead:
        return _("It waits for its turn: it is next.")
    said = ngettext(
        "It waits for its turn, after {count} other.", "It waits for its turn, after {count} others.", ahead
    )
    return said.format(count=ahead)


def dismiss(visit: Visit) -> Response:
    """Give a question up."""
    questions.dismiss(visit, visit.path["id"])
    return RedirectResponse(path_of("request", id=visit.path["id"]), _SEE_OTHER)


def events(visit: Visit) -> Response:
    """Where a question stands, as server-sent events, until its end."""
    questions.standing_of(visit.workspace, visit.person, visit.path["id"])
    if _open(visit) >= MOST_STREAMS:
        raise TooMany(_("Too many pages follow questions at once."), wait_s=_LONGEST_S, repair=_("Read the page anew."))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(visit), media_type="text/event-stream", headers=headers)


def _open(visit: Visit) -> int:
    return int(getattr(visit.request.app.state, "streams", 0))


async def _stream(visit: Visit) -> AsyncIterator[str]:
    state = visit.request.app.state
    state.streams = _open(visit) + 1
    begun = told = monotonic()
    last = ""
    try:
        yield f"retry: {_RETRY_MS}\n\n"
        while monotonic() - begun < _LONGEST_S and not getattr(state, "stopping", False):
            content = await anyio.to_thread.run_sync(_event, visit)
            if content is None:
                return
            said = json.dumps(content, ensure_ascii=False)
            if said != last or monotonic() - told > _HEARTBEAT_S:
                yield f"data: {said}\n\n" if said != last else ": still here\n\n"
                last, told = said, monotonic()
            if content["over"]:
                return
            await anyio.sleep(_EVERY_S)
    finally:
        state.streams = _open(visit) - 1


def _event(visit: Visit) -> dict[str, Any] | None:
    """What an event says; nothing where there is no such question any more, or not for them."""
    with speaking(visit.language):
        try:
            now = questions.standing_of(visit.workspace, visit.person, visit.path["id"])
        except NotFound:
            return None
        ended = {
            "finished": _("The answer is ready."),
            "failed": _("There is no answer: the computation failed."),
            "dismissed": _("The question was withdrawn."),
        }
        said = ended[now.status] if now.is_over else _said(visit, now)
        return {
            "status": now.status,
            "fraction": round(now.fraction, 3),
            "text": now.text,
            "said": said,
            "over": now.is_over,
        }


ROUTES = (
    page("/demandes/{id}", show, name="request"),
    page("/demandes/{id}/evenements", events, name="request_events"),
    page("/demandes/{id}/retirer", dismiss, name="request_dismiss", methods=("POST",)),
)
