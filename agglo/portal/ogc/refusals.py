"""What programs are told where a request cannot be answered: problem documents (RFC 9457), of types that OGC names."""

import json
from collections.abc import Iterable

from starlette.responses import Response

from agglo.contract.errors import AggloError, Fault
from agglo.contract.language import _
from agglo.portal.refusals import Refused

_PROCESSES = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
NO_SUCH_PROCESS = f"{_PROCESSES}/no-such-process"
NO_SUCH_JOB = f"{_PROCESSES}/no-such-job"
NOT_READY = f"{_PROCESSES}/result-not-ready"
UNTYPED = "about:blank"


class Wrong(Refused):
    """A request that cannot be answered: ``status`` is that of HTTP, ``kind`` the address that names the problem."""

    def __init__(
        self, what: str, faults: Iterable[Fault] = (), *, status: int = 400, kind: str = UNTYPED, repair: str = ""
    ) -> None:
        super().__init__(what, status=status, repair=repair)
        self.faults = tuple(faults)
        self.kind = kind


def parameter(name: str, got: str, expected: str, repair: str = "") -> Wrong:
    """One query parameter that cannot be used."""
    return parameters([Fault(name, got[:80], expected, repair)])


def parameters(faults: Iterable[Fault]) -> Wrong:
    """Query parameters that cannot be used, all at once."""
    return Wrong(_("These parameters cannot be used."), faults)


def problem(error: Wrong) -> Response:
    """The answer that tells it."""
    content = {
        "type": error.kind,
        "title": error.what,
        "status": error.status,
        "detail": str(error),
        "faults": [fault.to_dict() for fault in error.faults],
    }
    text = json.dumps(content, ensure_ascii=False)
    return Response(text.encode("utf-8", "replace"), error.status, media_type="application/problem+json")


def no_such(error: AggloError, kind: str) -> Wrong:
    """Something that does not exist, or that whoever asks may not know of: told with the same words."""
    return Wrong(error.what, error.faults, status=404, kind=kind, repair=error.repair)
