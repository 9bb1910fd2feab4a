"""Archives: a run with all it needs to be read and verified elsewhere, in one ZIP file.

``agglo-archive.json`` names the format and the run; ``runs/ID/`` is the run with its events, ``datasets/`` its inputs
and ``blobs/`` the files it refers to. Importing checks every digest before anything is kept, and keeps all or nothing.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agglo.catalogue import datasets
from agglo.catalogue.datasets import Dataset
from agglo.contract.errors import AggloError, Damaged, Fault, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.runs import aside, questions, received, unpacking
from agglo.runs.failures import full_disk_explained, is_full_disk
from agglo.runs.run import Run
from agglo.store import blobs, digest, files, indexing, locks
from agglo.store.identifiers import new_id
from agglo.store.sealed import EVENTS_FOLDER, Sealed
from agglo.store.workspace import Workspace

FORMAT = 1
HEADER_FILE = "agglo-archive.json"

_DATE = (1980, 1, 1, 0, 0, 0)
_RUN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATASET = re.compile(r"[a-z0-9][a-z0-9-]{0,63}/[0-9a-f]{12}")
_BLOB = re.compile(r"[0-9a-f]{64}")


def export(workspace: Workspace, run: Run, target: Path) -> Path:
    """Write a run, its inputs and its code to a ZIP file; the same content gives the same bytes.

    Raises
    ------
    Damaged, NotFound
        Something of it has changed or is missing: what cannot be verified is not exported.
    InvalidInput
        The file already exists, or cannot be written.
    """
    if target.exists():
        raise InvalidInput(_("This file already exists."), [Fault(str(target), repair=_("Give another name."))])
    run.sealed.check()
    header = {"format": FORMAT, "run": run.id}
    beside = target.with_name(f".{target.name}.{new_id()}")
    try:
        with full_disk_explained(), zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo(HEADER_FILE, _DATE), files.to_json(header))
            for name, path in _parts(workspace, run):
                _add(archive, name, path)
        files.sync(beside)
        beside.rename(target)
    except OSError as error:
        if isinstance(error, AggloError):
            raise
        raise InvalidInput(_("This file cannot be written."), [Fault(str(target), error.strerror or "")]) from None
    finally:
        beside.unlink(missing_ok=True)
    return target


def _parts(workspace: Workspace, run: Run) -> Iterator[tuple[str, Path]]:
    folders = [run.sealed.folder]
    for one in run.content["inputs"].values():
        dataset = Sealed(workspace.datasets / one["dataset"] / one["version"])
        dataset.check()
        folders.append(dataset.folder)
    for folder in dict.fromkeys(folders):
        for path in files.walk(folder):
            if not _is_half_written(path):
                yield path.relative_to(workspace.root).as_posix(), path
    for blob in dict.fromkeys(run.sealed.manifest["blobs"]):
        yield f"blobs/{blob}", blobs.check(workspace, blob)


def _is_half_written(path: Path) -> bool:
    """Whether a file is an event that a process was writing, now or when it died."""
    return path.parent.name == EVENTS_FOLDER and path.name.startswith(".")


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    with archive.open(info, "w", force_zip64=True) as target, path.open("rb") as source:
        while piece := source.read(files.CHUNK_BYTES):
            target.write(piece)


@dataclass(frozen=True)
class _Unpacked:
    """What an archive brings: a run, its inputs by ``NAME/VERSION`` and the digests of its blobs."""

    folder: Path
    run: Run
    inputs: dict[str, Dataset]
    blobs: list[str]

    @property
    def sealed(self) -> list[tuple[str, Sealed]]:
        """Its sealed folders and their kind, the run last so that it never refers to what is not there."""
        return [*(("dataset", one.sealed) for one in self.inputs.values()), ("run", self.run.sealed)]


def import_(workspace: Workspace, source: Path) -> Run:
    """Check an archive and keep its run. What is already held is left as it is, events added; what was decided of
    visibility elsewhere has no force here (:mod:`agglo.runs.received`).

    Raises
    ------
    InvalidInput
        Not an archive of agglo, a path that leaves it, content that expands beyond measure, or a run or a dataset of
        which this workspace already holds another content.
    Damaged
        A file is not what its manifest or its name says.
    """
    with full_disk_explained(), aside.folder(workspace) as folder:
        names = unpacking.unpack(source, folder)
        with _damage_explained():
            unpacked = _unpacked(folder)
            _check(unpacked, names)
        with locks.hold(workspace.lock("import")):
            _refuse_other_content(workspace, unpacked)
            return _keep(workspace, unpacked)


def _unpacked(folder: Path) -> _Unpacked:
    """The parts of an archive, their manifests checked and their names such that they stay where they belong."""
    identifier = _header(folder)
    run = Run(Sealed(folder / "runs" / identifier))
    run.sealed.check()
    used = [f"{one['dataset']}/{one['version']}" for one in run.content["inputs"].values()]
    kept = [str(blob) for blob in run.sealed.manifest["blobs"]]
    found = [Fault(name[:80], expected=_("a dataset")) for name in used if not _DATASET.fullmatch(name)]
    found += [Fault(name[:80], expected=_("a digest")) for name in kept if not _BLOB.fullmatch(name)]
    if run.id != identifier or run.sealed.manifest["id"] != identifier:
        found.append(Fault(identifier, run.id, _("one identifier")))
    if found:
        raise Damaged(_("This archive is damaged."), found)
    inputs = {name: Dataset(Sealed(folder / "datasets" / name)) for name in dict.fromkeys(used)}
    for dataset in inputs.values():
        dataset.sealed.check()
    return _Unpacked(folder, run, inputs, list(dict.fromkeys(kept)))


@contextmanager
def _damage_explained() -> Iterator[None]:
    """Have content of another shape than agglo writes raise :class:`Damaged`."""
    try:
        yield
    except NotFound as error:
        raise Damaged(_("This archive is damaged."), [Fault(error.what)]) from None
    except (KeyError, TypeError, ValueError, AttributeError, OSError, RuntimeError) as error:
        if isinstance(error, AggloError) or is_full_disk(error):
            raise
        said = f"{type(error).__name__}: {error}"[:200]
        raise Damaged(_("This archive is damaged."), [Fault(_("its content"), said)]) from None


def _header(folder: Path) -> str:
    """The identifier of the run that an archive of a known format holds."""
    try:
        header: dict[str, Any] = files.read_json(folder / HEADER_FILE)
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
    if not _RUN.fullmatch(identifier):
        raise InvalidInput(
            _("This is not an archive of agglo."), [Fault(HEADER_FILE, identifier[:80], _("the identifier of a run"))]
        )
    return identifier


def _check(unpacked: _Unpacked, names: list[str]) -> None:
    """Check what manifests do not: blobs, logical digests, the fingerprint, events, and that all can be indexed."""
    found = [fault for check in (_blob_faults, _digest_faults, _event_faults) for fault in check(unpacked)]
    places = [f"{one.folder.relative_to(unpacked.folder).as_posix()}/" for _kind, one in unpacked.sealed]
    expected = {HEADER_FILE, *(f"blobs/{blob}" for blob in unpacked.blobs)}
    found += [
        Fault(name[:200], _("a file that is no part of the run"))
        for name in names
        if name not in expected and not name.startswith(tuple(places))
    ]
    if found:
        raise Damaged(_("This archive is damaged."), found)
    _rehearse(unpacked)


def _blob_faults(unpacked: _Unpacked) -> Iterator[Fault]:
    for blob in unpacked.blobs:
        path = unpacked.folder / "blobs" / blob
        held = files.sha256_of(path)[0] if path.is_file() else _("nothing")
        if held != blob:
            yield Fault(f"blobs/{blob[:12]}", held[:12], blob[:12])
    if unpacked.run.content["model"]["code"] not in unpacked.blobs:
        yield Fault("blobs", _("nothing"), _("the model's code"))


def _digest_faults(unpacked: _Unpacked) -> Iterator[Fault]:
    run = unpacked.run
    for one in run.content["inputs"].values():
        name = f"{one['dataset']}/{one['version']}"
        dataset = unpacked.inputs[name]
        crs = {"geometry": dataset.crs} if dataset.crs else None
        held = digest.of_parquet(dataset.path, crs=crs)
        if not held == dataset.digest == one["digest"] or not held.startswith(one["version"]):
            yield Fault(f"datasets/{name}", held[:12], one["digest"][:12])
    fingerprint = questions.fingerprint_of(run.content)
    if fingerprint != run.content["fingerprint"]:
        yield Fault(f"runs/{run.id}", run.content["fingerprint"][:12], fingerprint[:12])


def _event_faults(unpacked: _Unpacked) -> Iterator[Fault]:
    for _kind, sealed in unpacked.sealed:
        for path in files.walk(sealed.folder / EVENTS_FOLDER):
            if path.parent.name != EVENTS_FOLDER or not _is_event(path):
                yield Fault(path.relative_to(unpacked.folder).as_posix()[:200], expected=_("an event"))


def _is_event(path: Path) -> bool:
    try:
        event = files.read_json(path)
        return bool(path.name == f"{event['id']}.{event['kind']}.json")
    except (ValueError, KeyError, TypeError):
        return False


def _rehearse(unpacked: _Unpacked) -> None:
    """Index an archive's content in an index of its own, so that nothing is kept that could not be indexed."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError

    from agglo.store import tables

    engine = create_engine("sqlite://")
    try:
        tables.metadata.create_all(engine)
        with engine.begin() as connection:
            for kind, sealed in unpacked.sealed:
                indexing.write(connection, indexing.rows_of(kind, sealed))
    except SQLAlchemyError as error:
        said = str(error).splitlines()[0][:200]
        raise Damaged(_("This archive is damaged."), [Fault(f"runs/{unpacked.run.id}", said)]) from None
    finally:
        engine.dispose()


def _refuse_other_content(workspace: Workspace, unpacked: _Unpacked) -> None:
    found = []
    for _kind, sealed in unpacked.sealed:
        place = sealed.folder.relative_to(unpacked.folder)
        held = Sealed(workspace.root / place)
        if held.exists and held.manifest != sealed.manifest and not _is_same_dataset(held, sealed):
            found.append(Fault(place.as_posix()))
    if found:
        raise InvalidInput(_("Another content is already kept under this name."), found)


def _is_same_dataset(held: Sealed, other: Sealed) -> bool:
    """Whether two folders hold the same table, though each was added and described on its own."""
    return (held.folder / datasets.DESCRIPTION_FILE).is_file() and Dataset(held).digest == Dataset(other).digest


def _keep(workspace: Workspace, unpacked: _Unpacked) -> Run:
    """Put checked parts in their place, then index them."""
    for blob in unpacked.blobs:
        blobs.put_file(workspace, unpacked.folder / "blobs" / blob)
    for kind, sealed in unpacked.sealed:
        kept = workspace.root / sealed.folder.relative_to(unpacked.folder)
        received.settle(workspace, sealed, Sealed(kept))
        _publish(sealed.folder, kept)
        workspace.index.add(kind, Sealed(kept))
    return Run(Sealed(workspace.runs / unpacked.run.id))


def _publish(source: Path, target: Path) -> None:
    """Rename a checked folder into its place; where the same one is held, take only the events it lacks."""
    if not Sealed(target).exists:
        target.parent.mkdir(parents=True, exist_ok=True)
        for path in files.walk(source):
            files.sync(path)
        source.rename(target)
        files.sync(target.parent)
        return
    events = target / EVENTS_FOLDER
    events.mkdir(exist_ok=True)
    for path in sorted((source / EVENTS_FOLDER).glob("*.json")):
        if not (events / path.name).exists():
            files.sync(path)
            path.rename(events / path.name)
    files.sync(events)
