"""The process a Python model runs in.

``python -m agglo.contract.worker run --in DIR --out DIR --entry NAME --code PATH``

It speaks the same file protocol as a program in any other language, so agglo knows only one way to ask a model.
The function is imported from the kept code at ``--code``, whatever version is installed.
"""

import argparse
import importlib
import importlib.util
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TextIO

from agglo.contract import geoparquet, protocol
from agglo.contract.context import Context
from agglo.contract.errors import AggloError, InvalidInput
from agglo.contract.language import _
from agglo.contract.model import Model
from agglo.contract.outcome import Layer, Outcome

if TYPE_CHECKING:
    import pyarrow as pa

FILES_FOLDER = "files"


def main(arguments: list[str] | None = None) -> int:
    """Answer one question; the exit code is the protocol's."""
    options = _options(arguments)
    progress_stream = _own_stdout()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        model = load(options.entry, options.code)
        answer(model, options.folder_in, options.folder_out, _reporter(progress_stream))
    except InvalidInput as error:
        protocol.write_error(options.folder_out, error.to_dict())
        return protocol.EXIT_REFUSED
    except Exception as error:
        traceback.print_exc()
        said = error.to_dict() if isinstance(error, AggloError) else {"what": f"{type(error).__name__}: {error}"}
        protocol.write_error(options.folder_out, said)
        return protocol.EXIT_FAILED
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="agglo-worker")
    parser.add_argument("verb", choices=["run"])
    parser.add_argument("--in", dest="folder_in", type=Path, required=True)
    parser.add_argument("--out", dest="folder_out", type=Path, required=True)
    parser.add_argument("--entry", required=True)
    parser.add_argument("--code", type=Path, required=True)
    return parser.parse_args(arguments)


def _own_stdout() -> TextIO:
    """Keep standard output for progress; what the model prints goes to the log."""
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return stream


def _reporter(stream: TextIO) -> Callable[[float, str], None]:
    def report(fraction: float, text: str) -> None:
        stream.write(json.dumps({"progress": fraction, "text": text}, ensure_ascii=False) + "\n")

    return report


def load(entry: str, code: Path) -> Model:
    """The model ``package.module:name`` imported from the kept code: a package's folder, or a single file."""
    module_name, _colon, attribute = entry.partition(":")
    package = _package_of(module_name, code)
    init = code / "__init__.py" if code.is_dir() else code
    spec = importlib.util.spec_from_file_location(
        package, init, submodule_search_locations=[str(code)] if code.is_dir() else None
    )
    if spec is None or spec.loader is None:
        raise ImportError(_("The kept code of {entry} cannot be imported.").format(entry=entry))
    module = importlib.util.module_from_spec(spec)
    _put_in_place(package, module)
    spec.loader.exec_module(module)
    found = getattr(importlib.import_module(module_name), attribute)
    if not isinstance(found, Model):
        raise TypeError(_("{entry} is not a model.").format(entry=entry))
    return found


def _put_in_place(package: str, module: ModuleType) -> None:
    """Have every import of ``package`` find ``module``, whatever its parent has imported of the installed one."""
    parent, _dot, child = package.rpartition(".")
    holder = importlib.import_module(parent) if parent else None
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
    sys.modules[package] = module
    if holder is not None:
        setattr(holder, child, module)


def _package_of(module_name: str, code: Path) -> str:
    """The package that ``code`` is the folder of: the module itself if it is one file or the package's ``__init__``."""
    parent, _dot, last = module_name.rpartition(".")
    if code.is_file() or (code.name == last and not (parent and (code / f"{last}.py").is_file())):
        return module_name
    return parent


def answer(model: Model, folder_in: Path, folder_out: Path, report: Callable[[float, str], None]) -> None:
    """Ask the function and write its outcome as the protocol wants it."""
    question = protocol.read_question(folder_in)
    scratch = folder_out / "scratch"
    scratch.mkdir()
    context = Context(scratch, question.seed, logging.getLogger(model.id), report)
    outcome = model(question.inputs, parameters=model.parameters.instance(question.parameters), context=context)
    if not isinstance(outcome, Outcome):
        raise TypeError(_("{model} returned {got}, not an Outcome.").format(model=model.id, got=type(outcome).__name__))
    write_outcome(outcome, folder_out)


def write_outcome(outcome: Outcome, folder: Path) -> None:
    """Write tables and layers as Parquet, move files, then ``outputs.json``."""
    content: dict[str, Any] = {
        "indicators": [indicator.to_dict() for indicator in outcome.indicators],
        "notes": list(outcome.notes),
        "tables": {},
        "layers": {},
        "files": {},
    }
    for name, table in outcome.tables.items():
        content["tables"][name] = {"path": _placed(table, folder, f"{name}.parquet")}
    for name, layer in outcome.layers.items():
        content["layers"][name] = _placed_layer(layer, folder, name)
    for name, path in outcome.files.items():
        (folder / FILES_FOLDER).mkdir(exist_ok=True)
        content["files"][name] = {"path": _placed(path, folder, f"{FILES_FOLDER}/{name}{path.suffix}")}
    text = json.dumps(content, ensure_ascii=False, allow_nan=True, default=_plain)
    (folder / protocol.OUTPUTS_FILE).write_text(text, encoding="utf-8")


def _plain(value: Any) -> Any:
    """A NumPy number as a plain one."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(_("{value} cannot be written as JSON").format(value=repr(value)[:80]))


def _placed_layer(layer: Layer | Path, folder: Path, name: str) -> dict[str, str]:
    place = f"{name}.parquet"
    if isinstance(layer, Path):
        return {"path": _placed(layer, folder, place), "crs": geoparquet.crs_of(folder / place)}
    names = ["geometry" if one == layer.geometry else one for one in layer.table.column_names]
    return {
        "path": _placed(geoparquet.described(layer.table.rename_columns(names), layer.crs), folder, place),
        "crs": layer.crs,
    }


def _placed(content: "pa.Table | Path", folder: Path, name: str) -> str:
    if isinstance(content, Path):
        content.rename(folder / name)
    else:
        import pyarrow.parquet as pq

        pq.write_table(content, folder / name, compression="zstd")
    return name


if __name__ == "__main__":
    sys.exit(main())
