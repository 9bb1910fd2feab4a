"""A deal as a file, made in a process of its own (``python -m agglo.portal.deal_files``) and kept in the cache."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from agglo.contract.errors import AggloError, NotFound
from agglo.contract.language import _, language
from agglo.portal import apart
from agglo.store.sealed import EVENTS_FOLDER
from agglo.store.workspace import Workspace
from agglo.trust.deal import keeping
from agglo.trust.deal.keeping import Kept

TYPES = {"html": "text/html; charset=utf-8", "pdf": "application/pdf", "json": "application/json"}
_TIMEOUT_S = 120.0
_MISSING = 3
"""Exit code of the process where a library is missing."""


def made(workspace: Workspace, kept: Kept, form: str) -> Path:
    """The file of a version in one of :data:`TYPES`, made again when something new is known of the deal.

    Raises
    ------
    NotFound
        There is no such form.
    AggloError
        It cannot be made here.
    """
    if form not in TYPES:
        raise NotFound(_("A deal cannot be had in this form."), repair=", ".join(TYPES))
    target = workspace.cache / "deals" / f"{_key(workspace, kept, form)}.{form}"
    return apart.once(workspace, target, lambda aside: _make(workspace, kept, form, aside))


def _key(workspace: Workspace, kept: Kept, form: str) -> str:
    """What a file depends on: the texts, everything noted of them, the language."""
    held = [kept.digest, str(kept.version), form, language()]
    for one in keeping.history(workspace, kept.deal.name):
        held.append(one.digest)
        if one.sealed:
            held += sorted(path.name for path in (one.sealed.folder / EVENTS_FOLDER).glob("*.json"))
    return hashlib.sha256("\0".join(held).encode()).hexdigest()


def _make(workspace: Workspace, kept: Kept, form: str, target: Path) -> None:
    said = {"workspace": str(workspace.root), "deal": kept.reference, "form": form, "target": str(target)}
    try:
        ended = apart.run("agglo.portal.deal_files", said, timeout_s=_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise AggloError(_("This file could not be made."), repair=_("Come back in a minute.")) from None
    if ended.returncode == _MISSING:
        raise NotFound(_("This portal cannot make PDF files."), repair=_("Take the page (HTML) and print it."))
    if ended.returncode:
        raise AggloError(_("This file could not be made."), repair=_("Take it in another form."))


def main() -> None:
    """Write what the standard input asks for."""
    from agglo.contract.errors import MissingExtra
    from agglo.store.workspace import open_workspace
    from agglo.trust.deal import export

    asked = json.loads(sys.stdin.buffer.read())
    workspace = open_workspace(Path(asked["workspace"]))
    try:
        export.write(workspace, keeping.load(workspace, asked["deal"]), asked["form"], Path(asked["target"]))
    except MissingExtra:
        sys.exit(_MISSING)


if __name__ == "__main__":
    main()
