"""The gate before asking: a model whose card stands against its use may be asked as a draft only."""

import datetime
from collections.abc import Iterator

from agglo.contract import card
from agglo.contract.card import gate
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.contract.model import Model
from agglo.store.workspace import Workspace


def faults(workspace: Workspace, model: Model) -> Iterator[Fault]:
    """What the card of a model stands against, publication included: the entry, the reason and the article.

    Raises
    ------
    InvalidInput
        The card cannot be read.
    """
    found = card.of(model, workspace.register)
    yield from _told(model, (*_not_held(found), *gate.refusals(found, _today())))


def against(workspace: Workspace, model: Model) -> tuple[gate.Refusal, ...]:
    """What the card of a model stands against a run that is more than a draft. Errors as :func:`faults`."""
    found = card.of(model, workspace.register)
    return (*_not_held(found), *gate.against_running(found, _today()))


def check(workspace: Workspace, model: Model) -> None:
    """Refuse to ask a model for more than a draft where its card stands against it.

    Raises
    ------
    InvalidInput
        Lists every reason, with the article; or the card cannot be read.
    """
    found = list(_told(model, against(workspace, model)))
    if found:
        what = _("{model} may be asked as a draft only.").format(model=model.id)
        raise InvalidInput(what, found, repair=_("Mend its card, or ask it as a draft, which feeds nothing."))


def _not_held(found: card.Card) -> Iterator[gate.Refusal]:
    """A card that says that no system is held is asked next to nothing: a model that runs here is held."""
    if found.authority.holding == "none":
        yield gate.Refusal("authority.holding", _("It runs here, and its card says that no system is held."))


def _told(model: Model, refusals: tuple[gate.Refusal, ...]) -> Iterator[Fault]:
    for one in refusals:
        where = _("card of {model}: {entry}").format(model=model.id, entry=card.label(one.field))
        yield Fault(where, one.reason, repair=one.article)


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()
