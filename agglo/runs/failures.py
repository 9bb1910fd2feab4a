"""Failures: why a run gave no answer."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from agglo.contract.errors import AggloError, Fault, ModelFailed
from agglo.contract.language import _

DISMISSED: Final = "dismissed"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run gave no answer: ``refused``, ``raised``, ``killed``, ``interrupted``, ``dismissed``, ``invalid`` or
    ``disk``."""

    reason: str
    what: str
    faults: tuple[Fault, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"reason": self.reason, "what": self.what, "faults": [fault.to_dict() for fault in self.faults]}


class Stopped(ModelFailed):
    """A model's process that gave no answer, with the reason kept on its run."""

    def __init__(self, reason: str, what: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(what, faults)
        self.reason = reason


def dismissed() -> Stopped:
    """What ends the process of a request that is no longer wanted."""
    return Stopped(DISMISSED, _("The question was withdrawn before it was answered."))


class DiskFull(AggloError, OSError):
    """There is no room left to keep anything."""

    def __init__(self) -> None:
        super().__init__(_("The disk is full."), repair=_("Free some space, then ask again."))


@contextmanager
def full_disk_explained() -> Iterator[None]:
    """Have a full disk raise :class:`DiskFull`, whatever met it."""
    try:
        yield
    except Exception as error:
        if not is_full_disk(error):
            raise
        raise DiskFull from error


def is_full_disk(error: BaseException) -> bool:
    """Whether an error comes of a full disk: the system's own, or what SQLite says of it."""
    if isinstance(error, DiskFull):
        return True
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return True
    return type(error).__module__.startswith("sqlalchemy") and "disk is full" in str(error)


def of(error: BaseException) -> Failure:
    """Why a run failed, from what was raised while it was executed."""
    if isinstance(error, Stopped):
        return Failure(error.reason, error.what, error.faults)
    if is_full_disk(error):
        full = DiskFull()
        return Failure("disk", full.what, (Fault(_("workspace"), repair=full.repair),))
    if isinstance(error, AggloError):
        return Failure("invalid", error.what, error.faults)
    if not isinstance(error, Exception):
        return Failure("interrupted", _("It was interrupted before it ended."))
    return Failure("raised", f"{type(error).__name__}: {error}")
