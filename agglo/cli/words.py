"""Words of our formats, which are English identifiers, as people read them."""

from agglo.contract.language import _
from agglo.studies.report.wording import cause

__all__ = ["cause", "state", "status", "verdict"]


def state(word: str) -> str:
    """The state of a run."""
    return {"finished": _("finished"), "failed": _("failed")}[word]


def verdict(word: str) -> str:
    """What a verification found."""
    return {
        "identical": _("identical"),
        "within tolerance": _("within tolerance"),
        "differs": _("differs"),
        "cannot run": _("cannot run"),
    }[word]


def status(word: str) -> str:
    """How far a footprint is known."""
    return {
        "measured": _("measured"),
        "partial": _("partial"),
        "declared": _("declared"),
        "unknown": _("unknown"),
    }[word]
