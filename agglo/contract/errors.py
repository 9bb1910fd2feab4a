"""The errors a person can act on.

::

    AggloError
    ├── InvalidInput (ValueError)          what was given cannot be trusted; lists every fault at once
    ├── NotFound (LookupError)             no dataset, model, run or place of that name
    ├── Damaged (OSError)                  what is kept is no longer what its manifest says
    ├── ModelFailed (RuntimeError)         a model stopped without an answer
    ├── Forbidden (PermissionError)        the right to do this is missing
    ├── TooMany (OverflowError)            asked too often; the message says when to come back
    ├── MissingExtra (ImportError)         an optional library is needed
    └── NoNetwork (ConnectionError)        a service could not be reached

Every error says what happened and, where it can, where, what was found, what was expected and how to repair it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches

from agglo.contract.language import _


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where it is, what was found, what was expected, how to repair it."""

    where: str
    got: str = ""
    expected: str = ""
    repair: str = ""

    def __str__(self) -> str:
        parts = [self.where]
        if self.got:
            parts.append(_("found {got}").format(got=self.got))
        if self.expected:
            parts.append(_("expected {expected}").format(expected=self.expected))
        text = f"{parts[0]}{_(':')} {', '.join(parts[1:])}" if len(parts) > 1 else parts[0]
        return f"{text}. {self.repair}" if self.repair else text

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


class AggloError(Exception):
    """Base of every error agglo raises on purpose: a sentence, then the faults, one a line."""

    def __init__(self, what: str, faults: Iterable[Fault] = (), *, repair: str = "") -> None:
        self.what = what
        self.faults: tuple[Fault, ...] = tuple(faults)
        self.repair = repair
        super().__init__(what)

    def __str__(self) -> str:
        lines = [self.what, *(f"  - {fault}" for fault in self.faults)]
        if self.repair:
            lines.append(self.repair)
        return "\n".join(lines)

    def to_dict(self) -> dict[str, object]:
        return {"what": self.what, "faults": [fault.to_dict() for fault in self.faults], "repair": self.repair}


class InvalidInput(AggloError, ValueError):
    """What was given cannot be trusted; ``faults`` lists all that is wrong."""


class NotFound(AggloError, LookupError):
    """Nothing of that name."""


class Damaged(AggloError, OSError):
    """Kept content is no longer what its manifest says."""


class ModelFailed(AggloError, RuntimeError):
    """A model stopped without an answer."""


class Forbidden(AggloError, PermissionError):
    """The right to do this is missing. What may not even be known of is :class:`NotFound` instead."""


class TooMany(AggloError, OverflowError):
    """Asked too often, by one account or from one address; ``wait_s`` is how long to wait [s]."""

    def __init__(self, what: str, *, wait_s: float, repair: str = "") -> None:
        self.wait_s = wait_s
        super().__init__(what, repair=repair)


_EXTRA_OF = {"SALib": "climate", "scipy": "climate", "wntr": "water"}
"""The extra of agglo that brings a library which models may declare."""


class MissingExtra(AggloError, ImportError):
    """A library is needed that is not installed; the message names the extra, or the library, to install."""

    def __init__(self, library: str, extra: str = "") -> None:
        extra = extra or _EXTRA_OF.get(library, "")
        super().__init__(
            _("This needs the library {library}.").format(library=library),
            repair=_("Install it with: {command}").format(
                command=f'pip install "agglo[{extra}]"' if extra else f"pip install {library}"
            ),
        )


class NoNetwork(AggloError, ConnectionError):
    """A service could not be reached; the message says how to go on without it."""


def nearest(name: str, known: Sequence[str]) -> str:
    """A sentence that names the closest of ``known``, or lists a few of them.

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> nearest("sealed_shar", ["sealed_share", "land_take_factor"])
    'Did you mean "sealed_share"?'
    """
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return _('Did you mean "{name}"?').format(name=close[0])
    shown, more = ", ".join(sorted(known)[:12]), len(known) - 12
    if more > 0:
        return _("Known: {names}, and {count} more").format(names=shown, count=more)
    return _("Known: {names}").format(names=shown or _("none"))
