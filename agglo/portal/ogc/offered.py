"""The models that can be asked, as processes: ``model:version``, and ``model`` for the version there is."""

from agglo.contract.errors import NotFound
from agglo.contract.language import _
from agglo.contract.model import Model
from agglo.portal import askable
from agglo.portal.askable import Entry
from agglo.store.workspace import Workspace


def entries(workspace: Workspace) -> list[Entry]:
    """Every model that can be asked, by identifier."""
    return list(askable.entries(workspace).values())


def process_id(known: Model) -> str:
    return f"{known.id}:{known.version}"


def find(workspace: Workspace, id: str) -> Entry:
    """The model of a process.

    Raises
    ------
    NotFound
        There is no such model, or not in that version.
    """
    name, _colon, _version = id.partition(":")
    known = askable.entries(workspace).get(name)
    if known is None or id not in (known.model.id, process_id(known.model)):
        raise unknown(id)
    return known


def unknown(id: str) -> NotFound:
    return NotFound(_('There is no process "{id}".').format(id=id[:80]), repair=_("The list of processes names them."))
