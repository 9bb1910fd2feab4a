"""The files that pages need besides themselves: the style sheet, small scripts, the map. All of them are bundled."""

import gzip
import hashlib
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from agglo.contract import numerals

STATIC = Path(__file__).parent / "static"
EVERY_PAGE = ("style.css",)
"""What each page loads."""
_LEVEL = 6


def address_of(name: str) -> str:
    """The address of a bundled file; it holds a digest of the content, so that it may be cached for ever."""
    return f"/static/{_digest(name)}/{name}"


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


@cache
def _compressed(name: str) -> bytes:
    """A bundled file as it is sent: compressed once, not at each request."""
    return gzip.compress((STATIC / name).read_bytes(), _LEVEL)


def weight_of(text: str) -> str:
    """What a page weighs on the network with what every page loads, compressed [kB], as people write it."""
    size = len(gzip.compress(text.encode(), _LEVEL)) + sum(len(_compressed(name)) for name in EVERY_PAGE)
    return numerals.number(size / 1000)


async def answer(request: Request) -> Response:
    """A bundled file. Its address changes with its content: it is kept for good by whoever asked for it."""
    name = str(request.path_params["name"])
    path = STATIC / name
    if not path.is_relative_to(STATIC) or ".." in path.parts or not path.is_file():
        return Response(status_code=404)
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return FileResponse(path, headers=kept)
    headers = {**kept, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(_compressed(name), media_type=guess_type(name)[0], headers=headers)
