"""A workspace: the folder where everything a territory keeps lies. It opens without agglo.

::

    agglo.toml        settings
    blobs/            files by SHA-256, written once
    datasets/         NAME/VERSION/, sealed
    runs/             ID/, sealed; ID/events/ is append-only
    declarations/     ID/, sealed: footprints declared by partners
    requests/         questions accepted and not yet answered
    register/         ID.yaml: cards in hand, which people write; history/ID.jsonl: when each changed its state
    cards/            ID/VERSION/, sealed: cards as they were published; VERSION/events/ is append-only
    studies/          NAME/ID/, sealed: studies as they were run; ID/events/ is append-only
    deals/            NAME/VERSION/, sealed: texts of Local Green Deals; VERSION/events/ is append-only
    rights/           roles and grants of this workspace
    governance/       authority, directions, partners, bodies, responsibilities
    opinions/         ID/, sealed: opinions; ID/events/ is append-only: the replies
    accounts/         accounts of the portal, and its audit log
    staging/          work in progress; nothing here exists yet
    cache/            can be deleted at any time
    locks/, index/    can be deleted when no agglo runs; "agglo reindex" makes the index again
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.store import config, locks
from agglo.store.files import write_atomically

if TYPE_CHECKING:
    from agglo.store.index import Index

DEFAULT_FOLDER = "agglo-workspace"
VARIABLE = "AGGLO_WORKSPACE"
ASIDE = "aside-"
"""Begins the name of a folder of ``staging`` that whoever finds its lock free may remove."""
_FOLDERS = (
    *("blobs", "datasets", "runs", "declarations", "requests", "register", "studies", "deals", "staging", "cache"),
    *("cards", "locks", "index"),
)


@dataclass(frozen=True)
class Workspace:
    """A workspace on a local disk; make it with :func:`open_workspace`."""

    root: Path

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    @property
    def datasets(self) -> Path:
        return self.root / "datasets"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def declarations(self) -> Path:
        return self.root / "declarations"

    @property
    def requests(self) -> Path:
        return self.root / "requests"

    @property
    def register(self) -> Path:
        return self.root / "register"

    @property
    def cards(self) -> Path:
        return self.root / "cards"

    @property
    def studies(self) -> Path:
        return self.root / "studies"

    @property
    def deals(self) -> Path:
        return self.root / "deals"

    @property
    def staging(self) -> Path:
        return self.root / "staging"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    def lock(self, name: str) -> Path:
        """The file to lock for ``name``; see :mod:`agglo.store.locks`."""
        return self.root / "locks" / name

    @cached_property
    def settings(self) -> dict[str, config.Setting]:
        return config.read(self.root)

    def setting(self, name: str) -> Any:
        """The value in force of one setting."""
        return self.settings[name].value

    @cached_property
    def index(self) -> "Index":
        from agglo.store.index import Index

        return Index(self)

    @cached_property
    def actor(self) -> str:
        """An opaque identifier of whoever uses this workspace from the command line: a random one, never a name."""
        path = self.root / "actor"
        if not path.exists():
            with locks.hold(self.lock("actor")):
                if not path.exists():
                    write_atomically(path, f"actor-{os.urandom(6).hex()}\n".encode())
        return path.read_text(encoding="utf-8").strip()


def open_workspace(folder: Path | None = None) -> Workspace:
    """The workspace in ``folder``, else where ``AGGLO_WORKSPACE`` says, else ``./agglo-workspace``; made on first use.

    Raises
    ------
    InvalidInput
        The folder holds something else, or cannot be written.
    """
    root = (folder or Path(os.environ.get(VARIABLE) or DEFAULT_FOLDER)).absolute()
    if root.is_dir() and any(root.iterdir()) and not (root / config.CONFIG_FILE).exists() and not _looks_like(root):
        raise InvalidInput(
            _("This folder is not a workspace."),
            [Fault(str(root), _("other files"), _("an empty folder, a new name, or a workspace"))],
        )
    try:
        root.mkdir(parents=True, exist_ok=True)
        config.write_template(root)
        for name in _FOLDERS:
            (root / name).mkdir(exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            _("The workspace cannot be made."),
            [Fault(str(root), error.strerror or str(error), _("a folder to write in"))],
        ) from None
    return Workspace(root)


def _looks_like(root: Path) -> bool:
    return (root / "runs").is_dir() and (root / "blobs").is_dir()
