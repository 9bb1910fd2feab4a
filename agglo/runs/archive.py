"""Archives: a run with all it needs to be read and verified elsewhere, in one ZIP file.

``agglo-archive.json`` names the format and the run; ``runs/ID/`` is the run with its events, ``datasets/`` its inputs
and ``blobs/`` the files it refers to. Importing checks every digest before anything is kept, and keeps all or nothing.
"""

import stat
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from agglo.contract.errors import AggloError, Damaged, Fault, InvalidInput
from agglo.contract.language import _
from agglo.runs.run import Run
from agglo.store import blobs, files
from agglo.store.identifiers import new_id
from agglo.store.sealed import EVENTS_FOLDER, Sealed
from agglo.store.workspace import Workspace

FORMAT = 1
HEADER_FILE = "agglo-archive.json"
MAXIMUM_BYTES = 50_000_000_000
"""Largest archive, once unpacked [bytes]."""
MAXIMUM_RATIO = 200
"""Most that a file of an archive may expand when unpacked; more is taken for a zip bomb."""
MAXIMUM_FILES = 1_000_000

_SMALL_BYTES = 10_000_000
_DATE = (1980, 1, 1, 0, 0, 0)


def export(workspace: Workspace, run: Run, target: Path) -> Path:
    """Write a run, its inputs and its code to a ZIP file.

    Raises
    ------
    Damaged, NotFound
        Something of it has changed or is missing: what cannot be verified is not exported.
    InvalidInput
        The file already exists.
    """
    if target.exists():
        raise InvalidInput(_("This file already exists."), [Fault(str(target), repair=_("Give another name."))])
    run.sealed.check()
    header = {"format": FORMAT, "run": run.id}
    aside = target.with_name(f".{target.name}.{new_id()}")
    try:
        with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo(HEADER_FILE, _DATE), files.to_json(header))
            for name, path in _parts(workspace, run):
                _add(archive, name, path)
        files.sync_file(aside)
        aside.rename(target)
    finally:
        aside.unlink(missing_ok=True)
    return target


def _parts(workspace: Workspace, run: Run) -> Iterator[tuple[str, Path]]:
    folders = [run.sealed.folder]
    for one in run.content["inputs"].values():
        dataset = Sealed(workspace.datasets / one["dataset"] / one["version"])
        dataset.check()
        folders.append(dataset.folder)
    for folder in dict.fromkeys(folders):
        for path in files.walk(folder):
            yield path.relative_to(workspace.root).as_posix(), path
    for digest in dict.fromkeys(run.sealed.manifest["blobs"]):
        yield f"blobs/{digest}", blobs.check(workspace, digest)


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    with archive.open(info, "w", force_zip64=True) as target, path.open("rb") as source:
        while piece := source.read(files.CHUNK_BYTES):
            target.write(piece)


def import_(workspace: Workspace, source: Path) -> Run:
    """Check an archive and keep its run. What is already held is left as it is, events added.

    Raises
    ------
    InvalidInput
        Not an archive of agglo, a path that leaves it, or content that expands beyond measure.
    Damaged
        A file is not what its manifest or its name says.
    """
    staging = workspace.staging / f"import-{new_id()}"
    staging.mkdir()
    try:
        _unpack(source, staging)
        run = _checked(staging)
        return _keep(workspace, staging, run)
    finally:
        files.remove_tree(staging)


def _unpack(source: Path, staging: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            for entry in entries:
                _extract(archive, entry, staging)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        if isinstance(error, AggloError):
            raise
        raise InvalidInput(
            _("This archive cannot be read."), [Fault(source.name, str(error), _("an archive made by agglo export"))]
        ) from None


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    found = []
    total = sum(entry.file_size for entry in entries)
    if total > MAXIMUM_BYTES or len(entries) > MAXIMUM_FILES:
        found.append(
            Fault(
                _("archive"),
                _("{count} files, {total} bytes unpacked").format(count=len(entries), total=total),
                _("at most {count} files, {total} bytes").format(count=MAXIMUM_FILES, total=MAXIMUM_BYTES),
            )
        )
    names = [entry.filename for entry in entries]
    found += [Fault(name[:200], _("twice"), _("once")) for name, count in Counter(names).items() if count > 1]
    found += [fault for entry in entries if (fault := _entry_fault(entry))]
    if found:
        raise InvalidInput(_("This archive is refused."), found)


def _entry_fault(entry: zipfile.ZipInfo) -> Fault | None:
    """What is wrong with a name of an archive, if anything is."""
    name, path = entry.filename, PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in path.parts[0]:
        return Fault(name[:200], _("a path that leaves the archive"), _("a path inside it"))
    if stat.S_ISLNK(entry.external_attr >> 16) or entry.is_dir():
        return Fault(name[:200], _("a link or a folder"), _("a plain file"))
    if entry.file_size > max(_SMALL_BYTES, MAXIMUM_RATIO * entry.compress_size):
        packed = _("{size} bytes packed into {packed}").format(size=entry.file_size, packed=entry.compress_size)
        return Fault(name[:200], packed, _("at most {ratio} times as many").format(ratio=MAXIMUM_RATIO))
    return None


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, staging: Path) -> None:
    path = staging / entry.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(entry) as source, path.open("wb") as target:
        while piece := source.read(files.CHUNK_BYTES):
            written += len(piece)
            if written > entry.file_size:
                raise InvalidInput(
                    _("This archive is refused."), [Fault(entry.filename, _("more bytes than it declares"))]
                )
            target.write(piece)


def _checked(staging: Path) -> Run:
    try:
        header: dict[str, Any] = files.read_json(staging / HEADER_FILE)
        identifier, version = str(header["run"]), header["format"]
    except (OSError, ValueError, KeyError, TypeError):
        raise InvalidInput(
            _("This is not an archive of agglo."), [Fault(HEADER_FILE, _("nothing that can be read"))]
        ) from None
    if version != FORMAT:
        raise InvalidInput(
            _("This archive was made by another version of agglo."),
            [Fault(HEADER_FILE, f"format {version}", f"format {FORMAT}", _("Use a newer agglo."))],
        )
    run = Run(Sealed(staging / "runs" / identifier))
    run.sealed.check()
    _check_parts(staging, run)
    return run


def _check_parts(staging: Path, run: Run) -> None:
    found = []
    if run.content["id"] != run.sealed.folder.name or run.sealed.manifest["id"] != run.content["id"]:
        found.append(Fault(run.sealed.folder.name, run.content["id"], _("one identifier")))
    for one in run.content["inputs"].values():
        dataset = Sealed(staging / "datasets" / one["dataset"] / one["version"])
        dataset.check()
        if dataset.json("dataset.json")["digest"] != one["digest"]:
            found.append(Fault(f"{one['dataset']}@{one['version']}", expected=one["digest"][:12]))
    for digest in dict.fromkeys(run.sealed.manifest["blobs"]):
        path = staging / "blobs" / digest
        held = files.sha256_of(path)[0] if path.is_file() else _("nothing")
        if held != digest:
            found.append(Fault(f"blobs/{digest[:12]}", held[:12], digest[:12]))
    found += [
        Fault(f"{EVENTS_FOLDER}/{path.name}"[:200], expected="JSON")
        for path in files.walk(run.sealed.folder / EVENTS_FOLDER)
        if not _is_event(path)
    ]
    if found:
        raise Damaged(_("This archive is damaged."), found)


def _is_event(path: Path) -> bool:
    try:
        event = files.read_json(path)
        return path.name == f"{event['id']}.{event['kind']}.json"
    except (ValueError, KeyError, TypeError):
        return False


def _keep(workspace: Workspace, staging: Path, run: Run) -> Run:
    """Put checked parts in their place: blobs first, the run last, so that a run never refers to what is not there."""
    for digest in dict.fromkeys(run.sealed.manifest["blobs"]):
        blobs.put_file(workspace, staging / "blobs" / digest)
    for one in run.content["inputs"].values():
        place = Path("datasets", one["dataset"], one["version"])
        _publish(workspace, staging / place, workspace.root / place, "dataset")
    _publish(workspace, run.sealed.folder, workspace.runs / run.id, "run")
    return Run(Sealed(workspace.runs / run.id))


def _publish(workspace: Workspace, source: Path, target: Path, kind: str) -> None:
    """Rename a checked folder into its place; where the same one is held, take only the events it lacks."""
    if Sealed(target).exists:
        if Sealed(target).manifest != Sealed(source).manifest:
            raise InvalidInput(
                _("Another content is already kept under this name."), [Fault(f"{target.parent.name}/{target.name}")]
            )
        (target / EVENTS_FOLDER).mkdir(exist_ok=True)
        for event in sorted((source / EVENTS_FOLDER).glob("*.json")):
            if not (target / EVENTS_FOLDER / event.name).exists():
                event.rename(target / EVENTS_FOLDER / event.name)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        for path in files.walk(source):
            files.sync_file(path)
        source.rename(target)
        files.sync_folder(target.parent)
    workspace.index.add(kind, Sealed(target))
