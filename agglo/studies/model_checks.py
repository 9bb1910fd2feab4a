"""The steps of a study against what their models promise: inputs, outputs and their schemas, parameters."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agglo.contract.errors import AggloError, Fault, InvalidInput, nearest
from agglo.contract.language import _
from agglo.contract.model import DESCRIPTION_FILE, Model, find, from_folder
from agglo.studies import graph

Written = Mapping[str, Any]


def model_at(written: str, folder: Path | None) -> Model:
    """The model a step names: a folder with a ``model.json`` relative to the study's own, else an installed one.

    Raises
    ------
    NotFound, InvalidInput
        There is none of that name; or the folder describes none.
    """
    if folder and (folder / written / DESCRIPTION_FILE).is_file():
        return from_folder(folder / written)
    return find(written)


def faults(steps: Written, scenarios: Written, folder: Path) -> Iterator[Fault]:
    """What steps and scenarios ask that their models do not promise; steps of a wrong shape are passed over."""
    models: dict[str, Model] = {}
    for name, step in steps.items():
        if not isinstance(step, Mapping) or not isinstance(step.get("model"), str):
            continue
        try:
            models[name] = model_at(step["model"], folder)
        except AggloError as error:
            said = "; ".join(map(str, error.faults)) or step["model"]
            yield Fault(f"steps.{name}.model", said, error.what if error.faults else _("a model"), error.repair)
        except ImportError as error:
            yield Fault(f"steps.{name}.model", f"{step['model']}: {error}", _("a model that can be loaded"))
    for name, model in models.items():
        yield from _inputs(name, steps[name], model, models)
        yield from _parameters(name, steps[name], model, scenarios)


def _inputs(name: str, step: Written, model: Model, models: Mapping[str, Model]) -> Iterator[Fault]:
    declared = {one.name: one for one in model.inputs}
    given = step.get("inputs") if isinstance(step.get("inputs"), Mapping) else {}
    for key, written in (given or {}).items():
        where = f"steps.{name}.inputs.{key}"
        if key not in declared:
            wanted = _("an input of {model}").format(model=model.id)
            yield Fault(where, expected=wanted, repair=nearest(str(key), list(declared)))
            continue
        source = graph.source_of(written) if isinstance(written, str) else None
        if source and source[0] in models:
            yield from _output(where, source[1], models[source[0]], declared[key].schema)
    for key, one in declared.items():
        if one.required and key not in (given or {}):
            yield Fault(f"steps.{name}.inputs.{key}", _("nothing"), _("a dataset or an output of {schema}").format(
                schema=one.schema))  # fmt: skip


def _output(where: str, name: str, giver: Model, schema: str) -> Iterator[Fault]:
    """That an output is there, and of the schema that the input wants."""
    outputs = {one.name: one for one in giver.outputs}
    if name not in outputs:
        yield Fault(where, name, _("an output of {model}").format(model=giver.id), nearest(name, list(outputs)))
    elif outputs[name].schema != schema:
        got = outputs[name].schema or _("an output without a schema")
        yield Fault(where, f"{giver.id}/{name}: {got}", _("the schema {schema}").format(schema=schema))


def _parameters(name: str, step: Written, model: Model, scenarios: Written) -> Iterator[Fault]:
    """What the model refuses of the parameters of a step in each scenario, each under where it is written."""
    own = step.get("parameters") if isinstance(step.get("parameters"), Mapping) else {}
    for scenario, written in (scenarios or {"": {}}).items():
        chosen = written.get("parameters") if isinstance(written, Mapping) else None
        values = chosen.get(name) if isinstance(chosen, Mapping) else None
        values = values if isinstance(values, Mapping) else {}
        for fault in _refused(model, {**(own or {}), **values}):
            changed = fault.where.partition(".")[0] in values
            yield _placed(fault, f"scenarios.{scenario}.parameters.{name}" if changed else f"steps.{name}.parameters")


def _refused(model: Model, values: Written) -> tuple[Fault, ...]:
    try:
        model.parameters.resolve({str(key): value for key, value in values.items()})
    except InvalidInput as error:
        return error.faults
    return ()


def _placed(fault: Fault, where: str) -> Fault:
    return Fault(f"{where}.{fault.where}", fault.got, fault.expected, fault.repair)
