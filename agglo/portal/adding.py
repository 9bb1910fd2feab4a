"""Adding data in a process of its own: what people send is read away from the server, within bounds of time and memory.

``python -m agglo.portal.adding`` reads one JSON object and answers with one. ``{"do": "schemas"}`` gives the schemas a
file can follow; ``{"do": "add", ...}`` reads, checks and keeps a file, or says everything that is wrong with it. The
process is ended when it takes too long, and cannot take more memory than it is given: the server goes on either way.
"""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from agglo.contract.errors import AggloError, Fault, InvalidInput, TooMany
from agglo.contract.language import _
from agglo.portal import apart
from agglo.store.workspace import Workspace

TIME_LIMIT_S = 300.0
MEMORY_LIMIT_BYTES = 4 << 30
"""Address space of the process that reads [byte]."""
AT_ONCE = 1
"""Files read at once: a second one waits, a person can send it again."""
OUT_OF_MEMORY = 12
"""Exit code of the process when it was refused memory."""
_WAIT_S = 20.0
log = logging.getLogger("agglo.portal")
_READING = threading.BoundedSemaphore(AT_ONCE)


@cache
def schemas() -> Mapping[str, Any]:
    """The descriptor of every schema that a file can follow, by name. Models are not loaded in the server."""
    content: Mapping[str, Any] = _asked({"do": "schemas"}, time_limit_s=60.0)["schemas"]
    return content


def add(
    workspace: Workspace,
    file: Path,
    *,
    actor: str,
    described: Mapping[str, str],
    mapping: Path | None = None,
    time_limit_s: float = TIME_LIMIT_S,
    memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
) -> tuple[str, bool]:
    """Keep a file as a dataset: its reference, and whether it is new.

    ``described`` holds name, schema, title, licence, source, owner and attribution.

    Raises
    ------
    InvalidInput
        The file cannot be trusted (every fault is listed), or takes more time or memory than it may. Nothing is kept.
    TooMany
        Another file is being read.
    """
    if not _READING.acquire(timeout=_WAIT_S):
        raise TooMany(_("Another file is being read."), wait_s=30, repair=_("Send yours again in a minute."))
    try:
        asked = {
            "do": "add",
            "workspace": str(workspace.root),
            "file": str(file),
            "mapping": None if mapping is None else str(mapping),
            "actor": actor,
            "described": dict(described),
            "memory_bytes": memory_limit_bytes,
        }
        answer = _asked(asked, time_limit_s=time_limit_s)
        return str(answer["reference"]), bool(answer["new"])
    finally:
        _READING.release()


def _asked(asked: Mapping[str, Any], *, time_limit_s: float) -> dict[str, Any]:
    """What the process answers; what it refuses is raised here."""
    try:
        ended = apart.run("agglo.portal.adding", asked, timeout_s=time_limit_s)
    except subprocess.TimeoutExpired:
        minutes = f"{time_limit_s / 60:g}"
        raise _too_much(_("more than {minutes} minutes").format(minutes=minutes)) from None
    if ended.returncode < 0 or ended.returncode == OUT_OF_MEMORY:
        raise _too_much(_("more memory than one file may take"))
    if ended.returncode:
        log.error("%s", ended.stderr.decode(errors="replace")[-4000:])
        raise InvalidInput(
            _("This file cannot be read."),
            repair=_("It has been noted. Try another format, or tell us about the file."),
        )
    answer: dict[str, Any] = json.loads(ended.stdout)
    if "refused" in answer:
        refused = answer["refused"]
        faults = [Fault(**one) for one in refused["faults"]]
        raise InvalidInput(refused["what"], faults, repair=refused["repair"])
    return answer


def _too_much(taken: str) -> InvalidInput:
    repair = _("Cut it into smaller files, or send it to whoever runs this portal: the command line has no such bound.")
    return InvalidInput(_("This file is too large to be read here."), [Fault(_("reading"), taken)], repair=repair)


def main() -> None:
    """Read what is asked on the standard input, and answer on the standard output."""
    asked = json.loads(sys.stdin.buffer.read())
    try:
        answer = _schemas() if asked["do"] == "schemas" else _add(asked)
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))


def _schemas() -> dict[str, Any]:
    from agglo.catalogue import known_schemas

    return {"schemas": {name: dict(known_schemas.find(name).descriptor) for name in sorted(known_schemas.names())}}


def _add(asked: Mapping[str, Any]) -> dict[str, Any]:
    from agglo.catalogue import datasets
    from agglo.store.indexing import ADDED
    from agglo.store.workspace import open_workspace

    _bound(int(asked["memory_bytes"]))
    workspace = open_workspace(Path(asked["workspace"]))
    file, mapping = Path(asked["file"]), asked["mapping"] and Path(Path(asked["mapping"]).name)
    os.chdir(file.parent)  # so that no error names a folder
    try:
        made = datasets.add(workspace, Path(file.name), mapping=mapping or None, **asked["described"])
    except AggloError as error:
        return {"refused": error.to_dict()}
    sealed = made.dataset.sealed
    if not any(one["actor"] == asked["actor"] for one in sealed.events(ADDED)):
        sealed.add_event(ADDED, {"actor": asked["actor"]})
        workspace.index.add("dataset", sealed)
    return {"reference": made.dataset.reference, "new": made.new}


def _bound(memory_bytes: int) -> None:
    """Keep this process from taking more address space than it may; Linux and macOS know how."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


if __name__ == "__main__":
    main()
