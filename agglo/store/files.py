"""Files that are wholly there or not there at all: written aside, synced to the disk, then renamed."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
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


def write_atomically(path: Path, content: bytes) -> None:
    """Write a small file so that a reader sees the old content or the new, never a part."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    sync(path.parent)


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
    """Every file below a folder, in the order of their relative paths."""
    yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def remove_tree(folder: Path) -> None:
    """Remove a folder and all below it; not being there is fine."""
    shutil.rmtree(folder, ignore_errors=True)
