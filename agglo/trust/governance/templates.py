"""The files of governance to fill in: commented, with what comes with agglo for the territory as a start."""

from importlib import resources
from pathlib import Path

from agglo.contract.language import language
from agglo.store.files import write_atomically
from agglo.store.workspace import Workspace
from agglo.trust.access import rights
from agglo.trust.access.people import Person
from agglo.trust.governance import files


def write(workspace: Workspace, person: Person) -> tuple[list[Path], list[Path]]:
    """Write the files that a workspace lacks, in the language in force: those written, and those left as they were.

    Raises
    ------
    Forbidden
        The person does not administer this workspace: these files give rights.
    """
    rights.check(workspace, person, "administer")
    (workspace.root / files.FOLDER).mkdir(exist_ok=True)
    paths = {name: files.path(workspace, name) for name in files.NAMES}
    left = [path for path in paths.values() if path.exists()]
    for name, path in paths.items():
        if path not in left:
            write_atomically(path, text(name, str(workspace.setting("territory"))).encode())
    return [path for path in paths.values() if path not in left], left


def text(name: str, territory: str) -> str:
    """The content of a file to fill in; entries that come with agglo follow the comments, to be corrected there."""
    head, known = _comments(name), files.bundled(territory, name)
    if known is None:
        return head
    lines = known.read_text(encoding="utf-8").splitlines(keepends=True)
    return f"{head}\n{''.join(line for line in lines if not line.startswith('#')).lstrip()}"


def opinion() -> str:
    """A file of an opinion to fill in, in the language in force."""
    return _comments("opinion")


def _comments(name: str) -> str:
    folder = Path(str(resources.files("agglo.trust.governance"))) / "templates"
    return (folder / f"{name}.{language()}.yaml").read_text(encoding="utf-8")
