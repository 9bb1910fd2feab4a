"""Inventories in and out of a workspace: a file becomes a dataset, a dataset becomes a file that others ask for."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from agglo.catalogue import datasets
from agglo.catalogue.datasets import Dataset
from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import Text, _
from agglo.models.climate.inventory_table import check_rows
from agglo.store.workspace import Workspace
from agglo.studies.climate import cae, cae_export, com, filled, gpc, pcaet, rows
from agglo.studies.climate.grid import Grid

if TYPE_CHECKING:
    import pyarrow as pa

Form = Literal["template", "cae"]
FORMS = ("auto", "template", "cae")
EXPORTS = ("pcaet", "gpc", "com", "cae")
DESCRIBED = ("title", "licence", "source", "owner")
_WORKBOOKS = (".xlsx", ".xlsm", ".ods")
_TEXTS = (".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True)
class Read:
    """An inventory as a file gives it: its rows, what describes it, what a person must know of it."""

    table: "pa.Table"
    described: Mapping[str, str]
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """A kept inventory, whether it is new, and what a person must know of it."""

    dataset: Dataset
    new: bool
    notes: tuple[Text, ...]


def read(path: Path, *, form: str = "auto", place: str | None = None, given: Mapping[str, str] | None = None) -> Read:
    """The inventory of a file, checked as ``climate.inventory`` checks it; ``given`` goes before what the file says.

    Raises
    ------
    NotFound
        There is no such file.
    InvalidInput
        The file cannot be trusted, or is not described well enough to be kept; everything wrong is listed.
    """
    if not path.is_file():
        raise NotFound(_("No file {name}.").format(name=path), repair=_("Give the name of a file."))
    said = {name: text for name, text in (given or {}).items() if text}
    if form_of(path, form) == "template":
        _refuse_place(place)
        found = _template(path, said)
    else:
        found = _series(path, place, said)
    check_rows(found.table)
    return found


def _refuse_place(place: str | None) -> None:
    if place is not None:
        repair = _("A workbook says the place on each row.")
        raise InvalidInput(_("These options cannot be read."), [Fault("--place", place, _("nothing"), repair)])


def form_of(path: Path, form: str = "auto") -> Form:
    """What a file is read as: ``form``, or what it looks like.

    Raises
    ------
    InvalidInput
        It looks like neither.
    """
    if form == "template" or (form == "auto" and filled.is_template(path)):
        return "template"
    if form == "auto" and path.suffix.lower() in _WORKBOOKS and not _has_identifiers(path):
        return "template"
    if form == "auto" and path.suffix.lower() not in (*_WORKBOOKS, *_TEXTS):
        wanted = _("a filled workbook (XLSX, ODS), or series of the State's platform (CSV)")
        raise InvalidInput(
            _("{name} cannot be used as it is.").format(name=path.name), [Fault(path.name, expected=wanted)]
        )
    return "cae"


def _has_identifiers(path: Path) -> bool:
    """Whether a workbook without the template's mark is one of series: its only filled sheet begins with ``id``."""
    from agglo.catalogue.workbook import sheets

    kept = [one for one in sheets(path, "ods" if path.suffix.lower() == ".ods" else "xlsx") if one.cells]
    return len(kept) == 1 and str(kept[0].cells[min(kept[0].cells)].get(1, "")).startswith("id")


def _template(path: Path, said: Mapping[str, str]) -> Read:
    found = filled.read(path)
    described = {**{name: text for name, text in found.described.items() if text}, **said}
    if missing := filled.missing_descriptions(described, path):
        raise InvalidInput(_("{name} cannot be used as it is.").format(name=path.name), missing)
    return Read(found.table, described, found.notes)


def _series(path: Path, place: str | None, said: Mapping[str, str]) -> Read:
    wanted = {**{f"--{name}": said.get(name) for name in DESCRIBED}, "--place": place}
    missing = [
        Fault(name, _("nothing"), _("a value for this option, as a file of series does not say it"))
        for name, one in wanted.items()
        if not one
    ]
    if missing or place is None:
        raise InvalidInput(_("This inventory is not described well enough to be kept."), missing)
    found = cae.read(path, place=place, source=said["source"])
    return Read(found.table, said, found.notes)


def add(workspace: Workspace, name: str, read_: Read, *, file: str) -> Imported:
    """Keep an inventory as a dataset of schema ``climate-inventory``; its notes go with it as caveats.

    Raises
    ------
    InvalidInput
        The name cannot be used, or the table does not fit the schema.
    """
    import pyarrow.parquet as pq

    with TemporaryDirectory(prefix="agglo-inventory-") as folder:
        path = Path(folder) / f"{Path(file).stem}.parquet"
        pq.write_table(read_.table, path)
        said = read_.described
        added = datasets.add(
            workspace,
            path,
            name=name,
            schema=rows.SCHEMA,
            title=said["title"],
            licence=said["licence"],
            source=said["source"],
            owner=said["owner"],
            caveats=read_.notes,
        )
    return Imported(added.dataset, added.new, read_.notes)


def name_of(path: Path) -> str:
    """The name of a dataset that comes from a file.

    >>> name_of(Path("Inventaire énergie (2019).xlsx"))
    'inventaire-energie-2019'
    """
    plain = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def export(
    workspace: Workspace,
    reference: str,
    form: str,
    *,
    place: str | None = None,
    gwp: str = "as-stated",
    measures: Collection[str] = (),
) -> Grid:
    """The grid of a kept inventory, in one of :data:`EXPORTS`.

    Raises
    ------
    NotFound
        No such dataset.
    InvalidInput
        It is not an inventory, or cannot be exported so; everything wrong is listed.
    """
    dataset = datasets.find(workspace, reference)
    if dataset.schema_name != rows.SCHEMA:
        got = _("{dataset}, of schema {schema}").format(dataset=reference, schema=dataset.schema_name)
        fault = Fault("DATASET", got, _("a dataset of schema {schema}").format(schema=rows.SCHEMA))
        raise InvalidInput(_("This is not an inventory."), [fault])
    table = dataset.table()
    match form:
        case "pcaet":
            return pcaet.export(table, place, gwp=gwp)
        case "gpc":
            return gpc.export(table, place, gwp=gwp)
        case "com":
            return com.export(table, place, gwp=gwp, measures=measures)
        case "cae":
            return cae_export.export(table, place)
    raise InvalidInput(_("This inventory cannot be exported."), [Fault("--format", form, ", ".join(EXPORTS))])
