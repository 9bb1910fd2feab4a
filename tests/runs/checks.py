"""What must hold of a workspace whatever died in it."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from agglo.runs import requests
from agglo.runs.listing import listing
from agglo.runs.run import Run
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace


def wait_until(holds: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait for something another process does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def runs_of(workspace: Workspace) -> list[Run]:
    """Every run folder, checked against its manifest, oldest first."""
    runs = []
    for folder in sorted(workspace.runs.iterdir()):
        run = Run(Sealed(folder))
        run.sealed.check()
        runs.append(run)
    return runs


def assert_whole(workspace: Workspace) -> list[Run]:
    """No half run, no lost asking, no request waiting, nothing left aside, and an index that says the same."""
    runs = runs_of(workspace)
    for run in runs:
        assert run.state in ("finished", "failed")
        assert (run.content["failure"] is None) == (run.state == "finished")
        assert (run.content["outcome"] is not None) == (run.state == "finished")
        assert run.sealed.events("asked"), "a run nobody asked for"
    assert requests.pending(workspace) == []
    assert left_in(workspace.requests) == []
    assert left_in(workspace.staging) == []
    rows = {row["id"]: row for row in listing(workspace)}
    assert set(rows) == {run.id for run in runs}
    for run in runs:
        assert rows[run.id]["state"] == run.state
        assert rows[run.id]["askings"] == len(run.sealed.events("asked"))
    return runs


def left_in(folder: Path) -> list[str]:
    """What lies in a folder; files half written when their process died are removed once they are old."""
    return [path.name for path in folder.iterdir() if not path.name.startswith((".", "blob-"))]


def working_in(workspace: Workspace) -> list[int]:
    """Processes whose home is in the workspace: models at work."""
    mark = f"HOME={workspace.root}/".encode()
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "environ").read_bytes():
                found.append(int(place.name))
        except OSError:
            continue
    return found


def snapshot(workspace: Workspace) -> dict[str, bytes]:
    """Every file a workspace keeps: locks, caches and the index, which can be made again, left out."""
    left_out = ("locks", "cache", "index")
    return {
        path.relative_to(workspace.root).as_posix(): path.read_bytes()
        for path in sorted(workspace.root.rglob("*"))
        if path.is_file() and path.relative_to(workspace.root).parts[0] not in left_out
    }


def rewrite(path: Path, **changes: object) -> None:
    """Change keys of a JSON file, whatever its mode."""
    content = json.loads(path.read_bytes())
    path.write_text(json.dumps({**content, **changes}), encoding="utf-8")
