"""One bounded HTTP GET: a deadline, a size limit, and errors that a person can act on."""

import time
from typing import TYPE_CHECKING

from agglo import __version__
from agglo.contract.errors import Fault, InvalidInput, NoNetwork, NotFound
from agglo.contract.language import _

if TYPE_CHECKING:
    from http.client import HTTPResponse

_CHUNK_BYTES = 65536


def get(url: str, *, timeout_s: float, limit_bytes: int) -> bytes:
    """Body of the answer to a GET of ``url``, within ``timeout_s`` [s] in all and ``limit_bytes`` [byte].

    Raises
    ------
    InvalidInput
        The address is not http or https, or the answer is larger than the limit.
    NotFound
        The service answered 404.
    NoNetwork
        No answer in time, or another status than 200.
    """
    import http.client
    import urllib.error
    import urllib.request

    _check_scheme(url)
    headers = {"Accept": "application/json", "User-Agent": f"agglo/{__version__}"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 the scheme was checked
    deadline = time.monotonic() + timeout_s
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
            if answer.status != http.client.OK:
                raise _refused(url, answer.status)
            return _read(answer, url, deadline, limit_bytes)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.client.NOT_FOUND:
            raise NotFound(_("{url} does not exist.").format(url=url)) from error
        raise _refused(url, error.code) from error
    except (http.client.HTTPException, OSError) as error:
        if isinstance(error, NoNetwork):
            raise
        reason = str(getattr(error, "reason", "") or error or type(error).__name__)
        raise NoNetwork(_("No answer from the service."), [Fault(url, reason, _("an answer"))]) from error


def _check_scheme(url: str) -> None:
    if not url.startswith(("https://", "http://")):
        raise InvalidInput(
            _("This address cannot be asked."),
            [Fault(_("address of the service"), f'"{url}"', _("an address that begins with https:// or http://"))],
        )


def _refused(url: str, status: int) -> NoNetwork:
    fault = Fault(url, _("status {status}").format(status=status), _("status {status}").format(status=200))
    return NoNetwork(_("The service does not answer as it should."), [fault])


def _read(answer: "HTTPResponse", url: str, deadline: float, limit_bytes: int) -> bytes:
    """The whole body, chunk by chunk, so that neither a huge nor an endless answer is waited for."""
    body = bytearray()
    while chunk := answer.read1(_CHUNK_BYTES):
        body += chunk
        if len(body) > limit_bytes:
            raise InvalidInput(
                _("The answer of the service is too large."),
                [Fault(url, _("more than {size} bytes").format(size=limit_bytes))],
            )
        if time.monotonic() > deadline:
            raise NoNetwork(_("The service is too slow."), [Fault(url, _("a part of the answer only"))])
    return bytes(body)
