"""From what a model's process wrote to the outcome as it is kept: checked, as Parquet, with logical digests."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract import indicators as vocabulary
from agglo.contract.errors import Fault, InvalidInput, ModelFailed
from agglo.contract.language import _
from agglo.contract.model import Model, Output
from agglo.contract.outcome import comparison_to_dict
from agglo.contract.protocol import Answer
from agglo.runs.failures import is_full_disk
from agglo.store import digest, files
from agglo.store.indexing import INDICATORS_FILE

if TYPE_CHECKING:
    import pyarrow as pa

GEOMETRY = "geometry"


def keep(model: Model, answer: Answer, folder: Path) -> dict[str, Any]:
    """Put an answer into ``folder`` as a run keeps it, and describe it.

    Raises
    ------
    ModelFailed
        Indicators that cannot be compared, outputs that are missing, undeclared or not of their declared columns.
    """
    _check(model, answer)
    (folder / "outcome").mkdir()
    described: dict[str, Any] = {"indicators": _keep_indicators(model, answer, folder), "outputs": {}}
    for output in model.outputs:
        described["outputs"][output.name] = _keep_output(output, answer, folder)
    digests = {name: one["digest"] for name, one in described["outputs"].items()}
    described["digest"] = digest.of_json({"indicators": described["indicators"]["digest"], "outputs": digests})
    return described


def indicator_table(rows: list[dict[str, Any]]) -> "pa.Table":
    """Indicators as a table, in a fixed order of columns and rows."""
    import pyarrow as pa

    schema = pa.schema(
        [
            ("name", pa.string()),
            ("place", pa.string()),
            ("year", pa.int64()),
            ("since", pa.int64()),
            ("sector", pa.string()),
            ("value", pa.float64()),
            ("unit", pa.string()),
            ("quality", pa.string()),
            ("source", pa.string()),
        ]
    )
    ordered = sorted(rows, key=lambda row: (row["name"], row["place"], row["year"], row["sector"]))
    return pa.Table.from_pylist(ordered, schema=schema)


def _check(model: Model, answer: Answer) -> None:
    given = {
        **dict.fromkeys(answer.tables, "table"),
        **dict.fromkeys(answer.layers, "layer"),
        **dict.fromkeys(answer.files, "file"),
    }
    found = [
        Fault(output.name, given.get(output.name, _("nothing")), output.kind)
        for output in model.outputs
        if given.get(output.name) != output.kind
    ]
    declared = {output.name for output in model.outputs}
    found += [
        Fault(name, kind, _("an output the model declares")) for name, kind in given.items() if name not in declared
    ]
    try:
        vocabulary.check(answer.indicators)
    except InvalidInput as error:
        found.extend(error.faults)
    if found:
        raise _not_as_promised(found)


def _keep_indicators(model: Model, answer: Answer, folder: Path) -> dict[str, Any]:
    table = indicator_table([indicator.to_dict() for indicator in answer.indicators])
    write_parquet(table, folder / INDICATORS_FILE, compression="snappy")
    return {
        "path": INDICATORS_FILE,
        "rows": table.num_rows,
        "digest": digest.of_table(table),
        "vocabulary": vocabulary.VOCABULARY_VERSION,
        "compare": comparison_to_dict(model.indicators),
    }


def _keep_output(output: Output, answer: Answer, folder: Path) -> dict[str, Any]:
    described = {"kind": output.kind, "compare": comparison_to_dict(output.compare), "columns": dict(output.columns)}
    if output.kind == "file":
        source = answer.files[output.name]
        place = f"outcome/{output.name}{source.suffix}"
        shutil.move(source, folder / place)
        return {**described, "path": place, "digest": files.sha256_of(folder / place)[0]}
    place = f"outcome/{output.name}.parquet"
    source, crs = (answer.tables[output.name], None) if output.kind == "table" else answer.layers[output.name]
    _keep_table(output, source, folder / place, crs)
    try:
        whole = digest.of_parquet(folder / place, crs={GEOMETRY: crs} if crs else None)
    except InvalidInput as error:
        raise _not_as_promised(error.faults) from None
    return {**described, "path": place, "digest": whole, "crs": crs}


def _keep_table(output: Output, source: Path, target: Path, crs: str | None) -> None:
    """Move a Parquet file, or read a CSV file into one; columns are those declared. A layer becomes GeoParquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if source.suffix == ".csv":
            write_parquet(_read_csv(output, source), target)
        else:
            shutil.move(source, target)
        with pq.ParquetFile(target) as file:
            schema = file.schema_arrow
    except (pa.ArrowInvalid, OSError) as error:
        if is_full_disk(error):
            raise
        raise ModelFailed(_("The model's answer cannot be read."), [Fault(output.name, str(error)[:200])]) from None
    if found := _column_faults(output, schema, crs):
        raise _not_as_promised(found)
    if crs and b"geo" not in (schema.metadata or {}):
        _declare_crs(output, target, crs)


def _read_csv(output: Output, source: Path) -> "pa.Table":
    """A CSV file (UTF-8, comma, decimal point): a column with a unit holds numbers, one without holds texts."""
    import pyarrow as pa
    import pyarrow.csv

    if not output.columns:
        raise _not_as_promised([Fault(output.name, _("a CSV file"), _("a model that declares the file's columns"))])
    kinds = {name: pa.float64() if unit else pa.string() for name, unit in output.columns.items()}
    options = pyarrow.csv.ConvertOptions(column_types=kinds, null_values=[""], strings_can_be_null=False)
    return pyarrow.csv.read_csv(source, convert_options=options)


def _column_faults(output: Output, schema: "pa.Schema", crs: str | None) -> list[Fault]:
    """Columns that are not those declared, or hold no numbers where a unit is declared."""
    import pyarrow.types as pt

    expected = [*output.columns, *([GEOMETRY] if crs and GEOMETRY not in output.columns else [])]
    if sorted(schema.names) != sorted(expected) and (output.columns or not {*expected} <= {*schema.names}):
        return [Fault(output.name, ", ".join(schema.names), ", ".join(expected))]
    numeric = (pt.is_integer, pt.is_floating, pt.is_decimal)
    return [
        Fault(f"{output.name} {name}", str(kind), _("numbers in {unit}").format(unit=unit))
        for name, unit in output.columns.items()
        if unit and not any(test(kind := schema.field(name).type) for test in numeric)
    ]


def _declare_crs(output: Output, path: Path, crs: str) -> None:
    """Write a layer's file again as GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0), in pieces."""
    import pyarrow.parquet as pq
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        column = {"encoding": "WKB", "geometry_types": [], "crs": CRS.from_user_input(crs).to_json_dict()}
    except CRSError:
        wanted = _("a reference system with its code, such as EPSG:2154")
        raise _not_as_promised([Fault(output.name, crs, wanted)]) from None
    declared = json.dumps({"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}})
    aside = path.with_suffix(".geo")
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow.with_metadata({**(file.schema_arrow.metadata or {}), b"geo": declared.encode()})
        with pq.ParquetWriter(aside, schema, compression="zstd") as writer:
            for batch in file.iter_batches():
                writer.write_batch(batch.replace_schema_metadata(schema.metadata))
    aside.replace(path)


def _not_as_promised(faults: Iterable[Fault]) -> ModelFailed:
    return ModelFailed(_("The model's answer is not what it promises."), faults)


def write_parquet(table: "pa.Table", path: Path, *, compression: str = "zstd") -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression=compression)
