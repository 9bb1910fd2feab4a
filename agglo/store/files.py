"""Files that are wholly there or not there at all: written aside, synced to the disk, then renamed."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

CHUNK_BYTES = 1 << 20


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_all(paths: Iterable[Path]) -> None:
    """:func:`sync` several files and folders. The disk begins to write all of them before the first is waited for, so
    that most are on it when their turn comes."""
    first, *others = paths
    for path in others:
        _begin_writing(path)
    for path in (first, *others):
        sync(path)


def _begin_writing(path: Path) -> None:
    """Have the system begin to write a file, where it can be told to. Only :func:`sync` says that it is written."""
    if hasattr(os, "posix_fadvise"):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a small file so that a reader sees the old content or the new, never a part."""
    write_in_order([(path, content)])


def write_in_order(contents: Sequence[tuple[Path, bytes]]) -> None:
    """Write small files of one folder, each as :func:`write_atomically` does and none before the one ahead of it.

    After a power cut in the middle, a disk that keeps no order of names may hold any of them.
    """
    asides = [path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}") for path, _content in contents]
    try:
        for aside, (_path, content) in zip(asides, contents, strict=True):
            aside.write_bytes(content)
        sync_all(asides)
        for aside, (path, _content) in zip(asides, contents, strict=True):
            aside.replace(path)
    except BaseException:
        for aside in asides:
            aside.unlink(missing_ok=True)
        raise
    sync(contents[0][0].parent)


def to_json(content: Any) -> bytes:
    """JSON for a person to read and for a digest to be stable: UTF-8, keys in the order given, no NaN."""
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def read_json(path: Path) -> Any:
    return json.loads(path.read_bytes())


def sha256_of(path: Path) -> tuple[str, int]:
    """SHA-256 [hex] and size [bytes] of a file, read in pieces."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def walk(folder: Path) -> Iterator[Path]:
    """Every file below a folder, in the order of their relative paths; none where there is no such folder."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


def remove_tree(folder: Path) -> None:
    """Remove a folder and all below it; not being there is fine."""
    shutil.rmtree(folder, ignore_errors=True)
