"""From what a model's process wrote to the outcome as it is kept: checked, as Parquet, with logical digests."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract import indicators as vocabulary
from agglo.contract.errors import Fault, InvalidInput, ModelFailed
from agglo.contract.language import _
from agglo.contract.model import Model, Output
from agglo.contract.outcome import comparison_to_dict
from agglo.contract.protocol import Answer
from agglo.store import digest, files
from agglo.store.indexing import INDICATORS_FILE

if TYPE_CHECKING:
    import pyarrow as pa


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
        raise ModelFailed(_("The model's answer is not what it promises."), found)


def _keep_indicators(model: Model, answer: Answer, folder: Path) -> dict[str, Any]:
    table = indicator_table([indicator.to_dict() for indicator in answer.indicators])
    write_parquet(table, folder / INDICATORS_FILE)
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
    _as_parquet(source, folder / place, output, crs)
    geometry = {"geometry": crs} if crs else None
    try:
        whole = digest.of_parquet(folder / place, crs=geometry)
    except InvalidInput as error:
        raise ModelFailed(_("The model's answer is not what it promises."), error.faults) from None
    return {**described, "path": place, "digest": whole, "crs": crs}


def _as_parquet(source: Path, target: Path, output: Output, crs: str | None) -> None:
    """Move a Parquet file, or read a CSV file (comma, decimal point) into one; columns are those declared."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet as pq

    try:
        if source.suffix == ".csv":
            table = pyarrow.csv.read_csv(source)
        else:
            table = None
            with pq.ParquetFile(source) as file:
                names = file.schema_arrow.names
    except (pa.ArrowInvalid, OSError) as error:
        raise ModelFailed(_("The model's answer cannot be read."), [Fault(output.name, str(error)[:200])]) from None
    names = table.column_names if table is not None else names
    expected = [*output.columns, *(["geometry"] if crs and "geometry" not in output.columns else [])]
    if output.columns and sorted(names) != sorted(expected):
        raise ModelFailed(
            _("The model's answer is not what it promises."),
            [Fault(output.name, ", ".join(names), ", ".join(expected))],
        )
    if table is not None:
        write_parquet(table, target)
    else:
        shutil.move(source, target)


def write_parquet(table: "pa.Table", path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd")
