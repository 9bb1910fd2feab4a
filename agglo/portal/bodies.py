"""What is sent with a request: read within limits of size and time, files to the disk as they come."""

from dataclasses import dataclass, replace
from time import monotonic

import anyio
from starlette.datastructures import FormData, ImmutableMultiDict, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from agglo.portal import refusals
from agglo.portal.visits import Visit

FORM_BYTES = 1_000_000
DOCUMENT_BYTES = 5_000_000
PUBLIC_UPLOAD_BYTES = 5_000_000
"""What somebody who has not signed in may send as files; others, as much as the setting ``upload_limit_mb`` says."""
SILENCE_S = 30.0
"""Longest time without a byte."""
LEAST_BYTES_PER_S = 2_000
"""Least rate on average, once the first :data:`SILENCE_S` have gone by."""
_DISCARD_S = 5.0
_MOST_FIELDS, _MOST_FILES = 5_000, 20

_FORM, _FILES = "application/x-www-form-urlencoded", "multipart/form-data"


async def read(visit: Visit) -> Visit:
    """The visit with its body: ``form`` and ``files`` of a form, ``body`` of anything else.

    Raises
    ------
    Refused
        It is too large, too slow, or not what its header says.
    """
    kind = kind_of(visit.request)
    counted = _Counted(visit.request, _limit(visit, kind))
    request = Request(visit.request.scope, receive=counted.receive)
    await counted.check_announced()
    if kind not in {_FORM, _FILES}:
        return replace(visit, request=request, body=await request.body())
    try:
        sent = await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=FORM_BYTES)
    except (HTTPException, ValueError, KeyError):
        raise refusals.unreadable() from None
    return replace(visit, request=request, form=_texts(sent), files=_files(sent))


def kind_of(request: Request) -> str:
    """The media type of what is sent, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _limit(visit: Visit, kind: str) -> int:
    if kind == _FORM:
        return FORM_BYTES
    if kind == _FILES:
        allowed = int(visit.workspace.setting("upload_limit_mb")) * 1_000_000
        return allowed if visit.person.signed_in else min(allowed, PUBLIC_UPLOAD_BYTES)
    return DOCUMENT_BYTES


def _texts(sent: FormData) -> ImmutableMultiDict[str, str]:
    """The texts of a form; what is no character (half of a surrogate pair) is replaced."""
    pairs = [(_whole(key), _whole(one)) for key, one in sent.multi_items() if isinstance(one, str)]
    return ImmutableMultiDict(pairs)


def _whole(text: str) -> str:
    return text.encode(errors="replace").decode()


def _files(sent: FormData) -> dict[str, UploadFile]:
    return {key: one for key, one in sent.multi_items() if isinstance(one, UploadFile)}


@dataclass
class _Counted:
    """The messages of a request, counted and timed as they come."""

    request: Request
    limit_bytes: int
    received_bytes: int = 0
    began: float = 0.0

    async def check_announced(self) -> None:
        """Refuse at once what says that it is too large."""
        announced = self.request.headers.get("content-length", "0")
        if not announced.isdecimal():
            raise refusals.unreadable()
        if int(announced) > self.limit_bytes:
            await self._refuse()

    async def receive(self) -> Message:
        self.began = self.began or monotonic()
        try:
            with anyio.fail_after(SILENCE_S):
                message = await self.request.receive()
        except TimeoutError:
            raise refusals.too_slow() from None
        self.received_bytes += len(message.get("body", b""))
        if self.received_bytes > self.limit_bytes:
            await self._refuse()
        elapsed_s = monotonic() - self.began
        if message.get("more_body") and elapsed_s > SILENCE_S and self.received_bytes < elapsed_s * LEAST_BYTES_PER_S:
            raise refusals.too_slow()
        return message

    async def _refuse(self) -> None:
        """Refuse, after letting go by what is on its way, so that a browser reads the answer instead of an error."""
        left = self.limit_bytes + DOCUMENT_BYTES
        with anyio.move_on_after(_DISCARD_S):
            while left > 0:
                message = await self.request.receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body"):
                    break
        raise refusals.too_large(self.limit_bytes)
