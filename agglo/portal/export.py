"""Outputs in the forms people take away: CSV as a stream, XLSX and GeoPackage made aside by another process and kept in
the cache by digest, the archive of a run.

CSV: UTF-8 with a byte order mark (without it, spreadsheets misread accents), comma, decimal point, a header, empty
where nothing is known; texts that a spreadsheet would run as a formula get an apostrophe, see
:mod:`agglo.contract.formulas`.
"""

import hashlib
import io
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract import formulas
from agglo.contract.errors import AggloError, Fault, InvalidInput, TooMany
from agglo.contract.language import _, language
from agglo.contract.numerals import number
from agglo.portal import apart, tables
from agglo.portal.outputs import Output
from agglo.runs import archive as archives
from agglo.runs.run import Run
from agglo.store.sealed import EVENTS_FOLDER, MANIFEST_FILE
from agglo.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

BOM = "\ufeff".encode()
MOST_ROWS = {"xlsx": 1_000_000, "gpkg": 1_000_000}
"""Rows that a workbook can hold (2^20, less its header and some room), and what a GeoPackage is made of in one go."""
MOST_OUTLINED = 100_000
"""Rows of a table that each get the outline of their commune in a GeoPackage."""
CELL_FORMAT = 2
"""Changes when files are made otherwise, so that old ones in the cache are not given again."""
_AT_ONCE = 2
_PATIENCE_S = 20.0
_TIMEOUT_S = 600.0
_BOUNDED = threading.BoundedSemaphore(_AT_ONCE)
_UNSAFE = r"(^|[;,|\t\r\n])'*[ \x{00a0}]*[=+\-@\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]|^'*[\t\r\n]"
"""Texts that may need :func:`agglo.contract.formulas.neutral`, for Arrow (RE2); those without are left as they are."""


def csv(output: Output) -> Iterator[bytes]:
    """A table as CSV, piece by piece."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    options = arrow_csv.WriteOptions(include_header=False)
    names = pa.table({name: pa.array([formulas.neutral(name)]) for name in tables.names(output.path)})
    yield BOM + _written(names, options)
    for piece in tables.pieces(output.path):
        yield _written(_plain(piece), options)


def _written(rows: Any, options: Any) -> bytes:
    import pyarrow.csv as arrow_csv

    held = io.BytesIO()
    arrow_csv.write_csv(rows, held, options)
    return held.getvalue()


def _plain(piece: "pa.RecordBatch") -> "pa.RecordBatch":
    """A piece whose columns are numbers, dates and harmless texts; geometries are well-known text."""
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([_column(one) for one in piece.columns], names=piece.schema.names)


def _column(values: "pa.Array") -> "pa.Array":
    import pyarrow as pa
    import pyarrow.types as pt

    if pt.is_dictionary(values.type):
        values = values.dictionary_decode()
    kind = values.type
    if pt.is_binary(kind) or pt.is_large_binary(kind):
        return _as_wkt(values)
    if pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind):
        return _harmless(values.cast(pa.string()))
    if pt.is_nested(kind) or pt.is_fixed_size_binary(kind):
        return _harmless(pa.array([None if one is None else _json(one) for one in values.to_pylist()], pa.string()))
    return values


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _harmless(values: "pa.Array") -> "pa.Array":
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pc.any(pc.match_substring_regex(values, _UNSAFE)).as_py():
        return values
    return pa.array([None if one is None else formulas.neutral(one) for one in values.to_pylist()], pa.string())


def _as_wkt(values: "pa.Array") -> "pa.Array":
    """Geometries as well-known text; bytes that are no geometry stay empty."""
    import pyarrow as pa
    import shapely

    found = shapely.from_wkb(values.to_numpy(zero_copy_only=False), on_invalid="ignore")
    return pa.array(shapely.to_wkt(found, rounding_precision=-1), pa.string())


def made(workspace: Workspace, output: Output, form: str) -> Path:
    """A workbook or a GeoPackage of an output, made once; another process makes it, so that this one stays small.

    Raises
    ------
    InvalidInput
        It has more rows than the form can hold.
    TooMany
        Other files are being made.
    """
    _refuse_too_many(output, form)
    place = workspace.cache / "exports" / f"{_key(output, form)}.{form}"
    return _made(workspace, place, lambda aside: _make(workspace, output, form, aside))


def _made(workspace: Workspace, place: Path, make: Callable[[Path], object]) -> Path:
    """A file of the cache, made when it is not there and it is its turn."""
    if place.is_file():
        return place
    with _turn():
        return apart.once(workspace, place, make)


def _refuse_too_many(output: Output, form: str) -> None:
    rows = tables.count(output.path)
    most = MOST_OUTLINED if form == "gpkg" and output.kind == "table" else MOST_ROWS[form]
    if rows > most:
        got, expected = _("{count} rows").format(count=number(rows)), _("{count} at most").format(count=number(most))
        repair = _("Take it as CSV or Parquet.")
        raise InvalidInput(_("This table is too long for a file of this kind."), [Fault(form, got, expected, repair)])


def _key(output: Output, form: str) -> str:
    """What a made file depends on: the content, the form, and for words in it the language."""
    held = f"{CELL_FORMAT}\0{output.digest}\0{output.name}\0{form}\0{language()}\0{sorted(output.columns.items())}"
    return hashlib.sha256(held.encode()).hexdigest()


def _make(workspace: Workspace, output: Output, form: str, target: Path) -> None:
    said = {
        "path": str(output.path), "name": output.name, "title": output.title, "columns": dict(output.columns),
        "kind": output.kind, "code": output.code_column, "territory": workspace.setting("territory"),
        "cache": str(workspace.cache), "target": str(target), "form": form,
    }  # fmt: skip
    try:
        apart.run("agglo.portal.export_files", said, timeout_s=_TIMEOUT_S).check_returncode()
    except (subprocess.SubprocessError, OSError):
        raise AggloError(_("This file could not be made."), repair=_("Take it as CSV or Parquet.")) from None


def archive(workspace: Workspace, run: Run) -> Path:
    """The archive of a run, as ``agglo export`` writes it; made again when the run has a new event.

    Raises
    ------
    Damaged, NotFound
        As :func:`agglo.runs.archive.export`.
    """
    folder = run.sealed.folder
    events = sorted(path.name for path in (folder / EVENTS_FOLDER).glob("*.json"))
    held = b"\0".join([(folder / MANIFEST_FILE).read_bytes(), *(one.encode() for one in events)])
    place = workspace.cache / "exports" / f"{hashlib.sha256(held).hexdigest()}.zip"
    return _made(workspace, place, lambda aside: archives.export(workspace, run, aside))


@contextmanager
def _turn() -> Iterator[None]:
    """One of few turns to make a file: they are heavy."""
    if not _BOUNDED.acquire(timeout=_PATIENCE_S):
        raise TooMany(_("Other files are being made."), wait_s=_PATIENCE_S, repair=_("Come back in a minute."))
    try:
        yield
    finally:
        _BOUNDED.release()
