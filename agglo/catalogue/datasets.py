"""Datasets: named, versioned, immutable tables with a schema, a licence, an owner and a source.

A version is the beginning of the table's logical digest, so the same content is the same version whoever adds it and
wherever it travels. A reference is ``NAME@VERSION``, the version being shortened at will, or ``NAME`` for the latest.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.catalogue import known_schemas
from agglo.contract import geoparquet
from agglo.contract.errors import Damaged, Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import Text, _
from agglo.store import digest, files, locks
from agglo.store.identifiers import new_id, now
from agglo.store.sealed import Sealed, keep
from agglo.store.workspace import ASIDE, Workspace

if TYPE_CHECKING:
    import pyarrow as pa

    from agglo.catalogue.mapping import Mapping as Habits
    from agglo.catalogue.preparation import Prepared

DATA_FILE = "data.parquet"
DESCRIPTION_FILE = "dataset.json"
SCHEMA_FILE = "schema.json"
VERSION_LENGTH = 12

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_DESCRIBED = ("title", "licence", "source", "owner")


@dataclass(frozen=True)
class Dataset:
    """One version of a dataset, as kept."""

    sealed: Sealed

    @cached_property
    def description(self) -> dict[str, Any]:
        content: dict[str, Any] = self.sealed.json(DESCRIPTION_FILE)
        return content

    @property
    def name(self) -> str:
        return str(self.description["name"])

    @property
    def version(self) -> str:
        return str(self.description["version"])

    @property
    def reference(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def digest(self) -> str:
        return str(self.description["digest"])

    @property
    def schema_name(self) -> str:
        return str(self.description["schema"])

    @property
    def crs(self) -> str | None:
        crs = self.description["crs"]
        return None if crs is None else str(crs)

    @cached_property
    def schema(self) -> dict[str, Any]:
        content: dict[str, Any] = self.sealed.json(SCHEMA_FILE)
        return content

    @property
    def path(self) -> Path:
        return self.sealed.folder / DATA_FILE

    def table(self) -> "pa.Table":
        """The whole table in memory."""
        import pyarrow.parquet as pq

        return pq.read_table(self.path)


@dataclass(frozen=True, slots=True)
class Added:
    """What adding a file gave: the dataset, whether it is new, and what the reader has to say."""

    dataset: Dataset
    new: bool
    report: Mapping[str, Any]


def add(
    workspace: Workspace,
    path: Path | Sequence[Path],
    *,
    name: str,
    schema: str,
    title: str,
    licence: str,
    source: str,
    owner: str,
    mapping: Path | None = None,
    attribution: str = "",
    caveats: Sequence[Text] = (),
) -> Added:
    """Read, check and keep a file as a dataset. Nothing is half-added, and the same content again is the same version.

    Several files (a sequence of paths, in any order) become one dataset, read as the mapping says under ``files``.

    Raises
    ------
    InvalidInput
        The file cannot be trusted (every fault is listed), the description is incomplete or the name cannot be used.
    NotFound
        There is no such file, or no such schema.
    """
    described = {"title": title, "licence": licence, "source": source, "owner": owner}
    _check_description(name, described)
    for one in [path] if isinstance(path, Path) else path:
        if not one.is_file():
            raise NotFound(_("No file {name}.").format(name=one))
    if not isinstance(path, Path) and not path:
        raise InvalidInput(_("This dataset cannot be kept."), [Fault(_("file"), _("nothing"), _("at least one file"))])
    more = {"attribution": attribution, "caveats": [dict(caveat) for caveat in caveats]}
    return _add(workspace, path, schema=schema, described={"name": name, **described, **more}, mapping=mapping)


def add_output(
    workspace: Workspace, path: Path, *, model: str, output: str, run: str, schema: str, title: str = ""
) -> Dataset:
    """Keep a table of a run as a dataset, so that another model can read it. The same content is the same version.

    Parameters
    ----------
    path
        The run's file (Parquet).
    model, output
        What gave it, which names the dataset: ``land.sinks`` and ``summary`` give ``land-sinks-summary``.
    run
        Identifier of the run, which is the dataset's source.
    schema
        The schema it must follow: a name, or a file that ends in ``.json``.

    Raises
    ------
    InvalidInput
        The table does not follow the schema; every fault is listed.
    NotFound
        There is no such schema.
    """
    described = {
        "name": name_of_output(model, output),
        "title": title or f"{model} {output}",
        "licence": _("terms of the inputs"),
        "source": f"run {run}",
        "owner": _("whoever asked for the run"),
        "attribution": "",
        "caveats": [],
    }
    from agglo.catalogue.mapping import Mapping as HowToRead

    return _add(workspace, path, schema=schema, described=described, mapping=HowToRead(totals="keep")).dataset


def name_of_output(model: str, output: str) -> str:
    """What a dataset made of a model's output is called.

    >>> name_of_output("land.sinks", "uncounted_cover")
    'land-sinks-uncounted-cover'
    """
    return re.sub(r"[^a-z0-9]+", "-", f"{model}-{output}".lower())[:64].strip("-")


def _add(
    workspace: Workspace,
    path: Path | Sequence[Path],
    *,
    schema: str,
    described: Mapping[str, Any],
    mapping: "Path | Habits | None",
) -> Added:
    """Read, check and keep a file, or several, described well enough."""
    name = described["name"]
    descriptor = known_schemas.find(schema)
    path = _by_name(path, mapping)
    file = {
        **_identity(path),
        "mapping_sha256": files.sha256_of(mapping)[0] if isinstance(mapping, Path) else None,
        "schema_digest": digest.of_json(dict(descriptor.descriptor)),
    }
    if held := _from_same_file(workspace, name, file):
        return Added(held, False, held.description["report"])
    from agglo.catalogue import preparation

    prepared = preparation.prepare(path, schema=descriptor, mapping=mapping)
    crs = {"geometry": prepared.crs} if prepared.crs else None
    whole = digest.of_table(prepared.table, crs=crs)
    target = workspace.datasets / name / whole[:VERSION_LENGTH]
    if Sealed(target).exists:
        return Added(Dataset(Sealed(target)), False, prepared.report)
    description = {
        **_description(described, known_schemas.name_of(schema), whole, prepared),
        "file": {**file, "format": prepared.source_format},
        **({} if isinstance(path, Path) else {"files": _each(path, prepared.formats)}),
        "attribution": described["attribution"],
        "caveats": described["caveats"],
        "report": dict(prepared.report),
    }
    return Added(
        Dataset(_keep(workspace, target, prepared.table, description, descriptor.descriptor)), True, prepared.report
    )


def _description(described: Mapping[str, Any], schema: str, whole: str, prepared: "Prepared") -> dict[str, Any]:
    """What a version is, apart from the files it came from."""
    return {
        "name": described["name"],
        "version": whole[:VERSION_LENGTH],
        "digest": whole,
        "schema": schema,
        **{key: described[key] for key in _DESCRIBED},
        "rows": prepared.table.num_rows,
        "crs": prepared.crs,
        "added": now(),
    }


def _by_name(path: Path | Sequence[Path], mapping: "Path | Habits | None") -> Path | tuple[Path, ...]:
    """Several files in the order of their names; one file alone, unless the mapping reads it by its name."""
    from agglo.catalogue.mapping import Mapping as HowToRead

    paths = [path] if isinstance(path, Path) else [*path]
    how = HowToRead.load(mapping) if isinstance(mapping, Path) else mapping
    if len(paths) == 1 and not (how and how.files):
        return paths[0]
    return tuple(sorted(paths, key=lambda one: one.name))


def _identity(path: Path | Sequence[Path]) -> dict[str, str]:
    """Name and digest of a file; of several, their names, and the digest of the list of their names and digests."""
    if isinstance(path, Path):
        return {"name": path.name, "sha256": files.sha256_of(path)[0]}
    whole = [{"name": one.name, "sha256": files.sha256_of(one)[0]} for one in path]
    return {"name": ", ".join(one["name"] for one in whole), "sha256": digest.of_json(whole)}


def _each(paths: Sequence[Path], formats: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": one.name, "sha256": files.sha256_of(one)[0], "format": formats.get(one.name, "")} for one in paths]


def _from_same_file(workspace: Workspace, name: str, file: Mapping[str, Any]) -> Dataset | None:
    """The version that the same file gave under the same schema and mapping, so that it need not be read again."""
    folders = sorted((workspace.datasets / name).glob("*")) if (workspace.datasets / name).is_dir() else []
    for one in (Dataset(Sealed(folder)) for folder in folders if Sealed(folder).exists):
        if all(one.description["file"].get(key) == file[key] for key in ("sha256", "mapping_sha256", "schema_digest")):
            return one
    return None


def _keep(
    workspace: Workspace, target: Path, table: "pa.Table", description: Mapping[str, Any], schema: Mapping[str, Any]
) -> Sealed:
    """Seal a table; what a death leaves half made is in a folder that :mod:`agglo.runs.aside` removes."""
    import pyarrow.parquet as pq

    identifier = new_id()
    staging = workspace.staging / f"{ASIDE}{identifier}"
    with locks.hold(workspace.lock(staging.name)):
        try:
            staging.mkdir()
            crs = description["crs"]
            pq.write_table(geoparquet.described(table, crs) if crs else table, staging / DATA_FILE, compression="zstd")
            (staging / DATA_FILE).chmod(0o444)
            (staging / DESCRIPTION_FILE).write_bytes(files.to_json(description))
            (staging / SCHEMA_FILE).write_bytes(files.to_json(schema))
            details = {"digest": description["digest"]}
            return keep(workspace, staging, target, kind="dataset", id=identifier, details=details)
        except OSError:
            if Sealed(target).exists:
                return Sealed(target)
            raise
        finally:
            files.remove_tree(staging)
            workspace.lock(staging.name).unlink(missing_ok=True)


def _check_description(name: str, described: Mapping[str, str]) -> None:
    found = [
        Fault(f"--{key}", _("nothing"), _("a short text: others must know what this is, and what they may do with it"))
        for key in _DESCRIBED
        if not described[key].strip()
    ]
    if not _NAME.fullmatch(name):
        found.append(Fault("--name", name, _("lower-case letters, digits and hyphens")))
    if found:
        raise InvalidInput(_("This dataset is not described well enough to be kept."), found)


def find(workspace: Workspace, reference: str, *, among: Collection[tuple[str, str]] | None = None) -> Dataset:
    """The dataset ``NAME@VERSION``; without a version, the one added last.

    ``among`` are the names and versions that may be found and spoken of; all if there is none.

    Raises
    ------
    NotFound
        No such name (the nearest is given) or version (those held are listed).
    InvalidInput
        A shortened version that several versions begin with.
    """
    name, _at, version = reference.partition("@")
    versions = _versions(workspace, name, among)
    if versions is None:
        known = [path.name for path in workspace.datasets.iterdir()] if among is None else {one for one, _held in among}
        raise NotFound(_('No dataset named "{name}".').format(name=name), repair=nearest(name, sorted(known)))
    matching = [dataset for dataset in versions if dataset.version.startswith(version)]
    if not matching:
        held = ", ".join(dataset.version for dataset in versions) or _("none")
        raise NotFound(
            _("No version {version} of {name}.").format(version=version, name=name),
            repair=_("Versions held: {versions}").format(versions=held),
        )
    if version and len(matching) > 1:
        raise InvalidInput(
            _("Several versions begin with {version}.").format(version=version),
            [Fault(reference, expected=dataset.version) for dataset in matching],
        )
    return max(matching, key=lambda dataset: (dataset.description["added"], dataset.version))


def _versions(workspace: Workspace, name: str, among: Collection[tuple[str, str]] | None) -> list[Dataset] | None:
    """The versions of a dataset, of ``among`` alone if they are given; None where there is no such name."""
    folder = workspace.datasets / name
    if not _NAME.fullmatch(name) or not folder.is_dir():
        return None
    if among is not None and name not in {one for one, _version in among}:
        return None
    paths = [path for path in sorted(folder.iterdir()) if among is None or (name, path.name) in among]
    return [Dataset(Sealed(path)) for path in paths if Sealed(path).exists]


def listing(workspace: Workspace) -> list[dict[str, Any]]:
    """Every version of every dataset, by name then in the order they were added."""
    from sqlalchemy import select

    from agglo.store.tables import datasets

    question = select(datasets).order_by(datasets.c.name, datasets.c.added, datasets.c.version)
    return [dict(row) for row in workspace.index.rows(question)]


def check(workspace: Workspace, reference: str) -> Dataset:
    """The dataset, once its files have been compared with the manifest and its table with its logical digest.

    Raises
    ------
    Damaged
        Something has changed since it was kept.
    NotFound, InvalidInput
        As :func:`find`.
    """
    dataset = find(workspace, reference)
    dataset.sealed.check()
    found = digest.of_parquet(dataset.path, crs={"geometry": dataset.crs} if dataset.crs else None)
    if found != dataset.digest:
        raise Damaged(_("A kept dataset has changed."), [Fault(dataset.reference, found[:12], dataset.digest[:12])])
    return dataset
