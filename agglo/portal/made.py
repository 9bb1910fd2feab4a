"""Pages already made for those who have not signed in: given again as they are until anything behind them changes.

A page is made again once the index, the files of rights, the register, or an event of a study or a deal has changed,
and after a while in any case. Nothing is kept that was made for somebody, sets a cookie or is not a whole page.
"""

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from starlette.responses import Response

from agglo.portal import changes, languages
from agglo.portal.visits import Visit
from agglo.store.sealed import EVENTS_FOLDER
from agglo.store.workspace import Workspace
from agglo.trust.register import watch

_MOST_PAGES = 100
_LARGEST_BYTES = 200_000
_LONGEST_S = 10.0


@dataclass(frozen=True, slots=True)
class _Page:
    stamp: Any
    made: float
    body: bytes
    headers: list[tuple[bytes, bytes]]


_PAGES: OrderedDict[Any, _Page] = OrderedDict()
_LOCK = threading.Lock()


def stamp(visit: Visit) -> Any:
    """What the page of a visit depends on; None where it must be made for whoever asks."""
    request = visit.request
    cookies = set(request.cookies) - {languages.COOKIE}
    if request.method != "GET" or cookies or "authorization" in request.headers or "lang" in request.query_params:
        return None
    read = changes.stamp_of(visit.workspace)
    return None if read is None else (read, _folders(visit.workspace))


def find(visit: Visit, stamp: Any) -> Response | None:
    """The page of a visit, if it was made under that stamp, or "not modified" where the browser has it."""
    held = _PAGES.get(_key(visit))
    if held is None or held.stamp != stamp or monotonic() - held.made > _LONGEST_S:
        return None
    tag = dict(held.headers).get(b"etag", b"").decode()
    known = bool(tag) and tag in visit.request.headers.get("if-none-match", "")
    answer = Response(b"" if known else held.body, 304 if known else 200)
    answer.raw_headers = [one for one in held.headers if not known or one[0] != b"content-length"]
    return answer


def keep(visit: Visit, stamp: Any, answer: Response) -> None:
    """Keep a page, if it is one that anybody may be given."""
    private = bool(getattr(visit.request.state, "private", False))
    html = answer.media_type == "text/html" and answer.status_code == 200
    if not html or private or "set-cookie" in answer.headers or len(answer.body) > _LARGEST_BYTES:
        return
    with _LOCK:
        _PAGES[_key(visit)] = _Page(stamp, monotonic(), bytes(answer.body), list(answer.raw_headers))
        while len(_PAGES) > _MOST_PAGES:
            _PAGES.popitem(last=False)


def forget() -> None:
    """Have every page made again."""
    with _LOCK:
        _PAGES.clear()


def _key(visit: Visit) -> Any:
    request = visit.request
    return str(visit.workspace.root), request.headers.get("host"), request.url.path, request.url.query, visit.language


def _folders(workspace: Workspace) -> Any:
    """When anything was last added to the studies, the deals, the register, the watch list, the opinions and the
    governance."""
    found = [_changed(workspace.register), *(_changed(path) for path in workspace.register.glob("*.yaml"))]
    found += [_changed(workspace.cards), _changed(workspace.root / watch.FILE)]
    opinions = workspace.root / "opinions"
    found += [_changed(path) for path in (workspace.root / "governance").glob("*.yaml")]
    found += [_changed(opinions), *(_changed(one / EVENTS_FOLDER) for one in opinions.glob("*"))]
    for parent in (workspace.studies, workspace.deals):
        found.append(_changed(parent))
        for folder in parent.glob("*"):
            found.append(_changed(folder))
            found += [_changed(one / EVENTS_FOLDER) for one in folder.glob("*")]
    return tuple(found)


def _changed(path: Path) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116
    except FileNotFoundError:
        return 0
    except OSError:
        return -1
