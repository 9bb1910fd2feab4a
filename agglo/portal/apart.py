"""What is too heavy for the server: made in a process of its own, once, and kept in the cache."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agglo.contract.language import language
from agglo.store import locks
from agglo.store.identifiers import new_id
from agglo.store.workspace import Workspace


def run(module: str, asked: Mapping[str, Any], *, timeout_s: float) -> "subprocess.CompletedProcess[bytes]":
    """Run a module with ``asked`` as JSON on its standard input, in the language in force; its end is not judged.

    Raises
    ------
    subprocess.TimeoutExpired
        It took longer than ``timeout_s`` [s], and was ended.
    """
    return subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(asked).encode(),
        env={**os.environ, "AGGLO_LANGUAGE": language()},
        capture_output=True,
        timeout=timeout_s,
        check=False,
    )


def once(workspace: Workspace, place: Path, make: Callable[[Path], object]) -> Path:
    """The file at ``place``, made aside by ``make`` if it is not there; many may ask at once, one makes it.

    Errors as those of ``make``: nothing is then kept.
    """
    if place.is_file():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with locks.hold(workspace.lock(f"made-{place.stem[:24]}")):
        if not place.is_file():
            aside = place.with_name(f".{new_id()}{place.suffix}")
            try:
                make(aside)
                aside.replace(place)
            finally:
                aside.unlink(missing_ok=True)
    return place
