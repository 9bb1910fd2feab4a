"""What another workspace decided of visibility, when an archive brings it: known here, and without force.

Each such event is kept under a kind of its own. What is new here is a draft until somebody decides here, unless it was
less visible there, or this workspace's setting is.
"""

from agglo.store import files
from agglo.store.indexing import CLOSENESS, VISIBILITY, decided
from agglo.store.sealed import EVENTS_FOLDER, Sealed
from agglo.store.workspace import Workspace

ELSEWHERE = "visibility-elsewhere"


def settle(workspace: Workspace, brought: Sealed, held: Sealed) -> None:
    """Take the force from the decisions in a folder that is about to be kept; ``held`` is where it will lie."""
    events = [event for event in brought.events() if event["kind"] == VISIBILITY]
    there = decided(events) or _decided_before(brought)
    for event in events:
        path = brought.folder / EVENTS_FOLDER / f"{event['id']}.{VISIBILITY}.json"
        if not (held.folder / EVENTS_FOLDER / path.name).exists():
            kept = path.with_name(f"{event['id']}.{ELSEWHERE}.json")
            files.write_atomically(kept, files.to_json({**event, "kind": ELSEWHERE}))
        path.unlink()
    if there and not held.exists:
        here = max((there, "draft", workspace.setting("visibility")), key=_rank)
        content = {"visibility": here, "actor": workspace.actor, "role": "operator", "why": "imported"}
        brought.add_event(VISIBILITY, content)


def _decided_before(brought: Sealed) -> str | None:
    """What was last decided in a workspace before the one that made the archive."""
    events = [event for event in brought.events(ELSEWHERE) if event["kind"] == ELSEWHERE]
    return str(events[-1].get("visibility")) if events else None


def _rank(visibility: str) -> int:
    return CLOSENESS.index(visibility) if visibility in CLOSENESS else len(CLOSENESS)
