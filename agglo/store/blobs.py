"""Blobs: files by the SHA-256 of their bytes, written once."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agglo.contract.errors import Damaged, Fault, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.store.files import sha256_of, sync, sync_all
from agglo.store.workspace import Workspace

SMALL_BYTES = 16 << 20
"""A file up to this size is held in memory while it is kept [bytes]."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


def path_of(workspace: Workspace, digest: str) -> Path:
    """Where the blob of that SHA-256 [hex] lies, or would."""
    if not _DIGEST.fullmatch(digest):
        raise InvalidInput(_("This is not a digest."), [Fault(_("digest"), digest[:80], _("64 hexadecimal digits"))])
    return workspace.blobs / digest[:2] / digest


def put(workspace: Workspace, content: bytes) -> str:
    """Keep bytes; the answer is their SHA-256. Keeping the same bytes again writes nothing."""
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(workspace, digest)
    if not path.exists():
        with _aside(workspace) as aside:
            aside.write_bytes(content)
            sync(aside)
            _place(aside, path)
    return digest


def put_file(workspace: Workspace, source: Path) -> str:
    """Keep a copy of a file; the answer is the SHA-256 of what was kept. A small file is read once."""
    if source.stat().st_size <= SMALL_BYTES:
        return put(workspace, source.read_bytes())
    digest, _size = sha256_of(source)
    if path_of(workspace, digest).exists():
        return digest
    with _aside(workspace) as aside:
        shutil.copyfile(source, aside)
        sync(aside)
        digest, _size = sha256_of(aside)
        _place(aside, path_of(workspace, digest))
    return digest


@contextmanager
def _aside(workspace: Workspace) -> Iterator[Path]:
    """A place of our own in ``staging``; what is left there is removed."""
    path = workspace.staging / f"blob-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def get(workspace: Workspace, digest: str) -> bytes:
    """The bytes of a blob, checked against its digest.

    Raises
    ------
    NotFound, Damaged
    """
    return check(workspace, digest).read_bytes()


def check(workspace: Workspace, digest: str) -> Path:
    """Where a blob lies, once its content has been checked; errors as :func:`get`."""
    path = path_of(workspace, digest)
    if not path.exists():
        raise NotFound(_("No blob {digest} in this workspace.").format(digest=digest[:12]))
    found, _size = sha256_of(path)
    if found != digest:
        raise Damaged(_("A kept file has changed."), [Fault(f"blobs/{digest[:12]}", found[:12], digest[:12])])
    return path


def _place(aside: Path, path: Path) -> None:
    if new_shelf := not path.parent.exists():
        path.parent.mkdir(exist_ok=True)
    aside.chmod(0o444)
    aside.rename(path)
    sync_all([path.parent, path.parent.parent] if new_shelf else [path.parent])
