"""One record, many obligations: the documents that a card is exported to."""

from functools import cache
from importlib import import_module

from agglo.contract.errors import NotFound, nearest
from agglo.contract.language import _
from agglo.trust.register.exports.target import Exported, Lack, Subject, Target

__all__ = ["Exported", "Lack", "Subject", "Target", "find", "targets"]

_MODULES = ("crpa", "mention", "annex_viii", "catalogue", "dcat", "boamps", "dutch", "atrs")
"""Modules of this package that hold ``TARGETS``."""


@cache
def targets() -> dict[str, Target]:
    """Every target by its identifier, in the order people are shown them."""
    modules = (import_module(f"{__name__}.{name}") for name in _MODULES)
    return {one.id: one for module in modules for one in module.TARGETS}


def find(id: str) -> Target:
    """The target of that identifier.

    Raises
    ------
    NotFound
        There is none; the nearest is named.
    """
    if id not in targets():
        raise NotFound(_('No target "{id}".').format(id=id), repair=nearest(id, list(targets())))
    return targets()[id]
