"""What to type for the inputs of a question that cannot be asked as it was."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from agglo.contract.errors import AggloError, Fault, InvalidInput
from agglo.contract.language import _

if TYPE_CHECKING:
    from agglo.contract.model import Input, Model
    from agglo.store.workspace import Workspace

_MOST_SHOWN = 3


def with_suggestions(
    error: InvalidInput, workspace: "Workspace", model: "Model", inputs: Mapping[str, str], sources: Mapping[str, str]
) -> InvalidInput:
    """The same error, each fault under what was typed, and saying which datasets of the workspace would do.

    Parameters
    ----------
    inputs
        References given, by name of input.
    sources
        Where each parameter was given: ``--set NAME`` or the scenario.
    """
    declared = {one.name: one for one in model.inputs}
    faults = [
        _of_input(declared[fault.where], inputs.get(fault.where), workspace)
        if fault.where in declared
        else _of_word(fault, inputs, sources)
        for fault in error.faults
    ]
    return InvalidInput(error.what, faults, repair=error.repair)


def _of_word(fault: Fault, inputs: Mapping[str, str], sources: Mapping[str, str]) -> Fault:
    """A fault of a parameter, or of an input the model does not have."""
    name = fault.where.partition(".")[0]
    if name in inputs and name not in sources:
        return Fault(f"--input {name}", expected=_("an input of this model"), repair=fault.repair)
    where = sources[name] + fault.where.removeprefix(name) if name in sources else fault.where
    return Fault(where, fault.got, fault.expected, fault.repair)


def _of_input(declared: "Input", reference: str | None, workspace: "Workspace") -> Fault:
    from agglo.catalogue import datasets

    expected = _("a dataset of schema {schema}").format(schema=declared.schema)
    where = f"--input {declared.name}"
    if reference is None:
        return Fault(where, _("nothing"), expected, _candidates(declared, workspace))
    if _is_file(reference):
        add = f"agglo data add {reference} --schema {declared.schema}"
        repair = _("A file is first kept as a dataset: {command} ...").format(command=add)
        return Fault(where, _("the file {name}").format(name=reference), expected, repair)
    try:
        found = datasets.find(workspace, reference)
    except AggloError as error:
        said = " ".join(part for part in (error.what, error.repair) if part)
        return Fault(where, f'"{reference}"', expected, f"{said} {_candidates(declared, workspace)}".strip())
    got = _("{dataset}, of schema {schema}").format(dataset=found.reference, schema=found.schema_name)
    return Fault(where, got, expected, _candidates(declared, workspace))


def _is_file(reference: str) -> bool:
    return "/" in reference or Path(reference).suffix.isalpha() or Path(reference).is_file()


def _candidates(declared: "Input", workspace: "Workspace") -> str:
    """The datasets of the workspace that would do, the latest first, as they are typed."""
    from agglo.catalogue import datasets

    held = [one for one in reversed(datasets.listing(workspace)) if one["schema"] == declared.schema]
    if not held:
        return _('This workspace holds none; "agglo data add FILE --schema {schema}" keeps one.').format(
            schema=declared.schema
        )
    typed = [f"--input {declared.name}={one['name']}@{one['version']}" for one in held[:_MOST_SHOWN]]
    return _("Type: {options}").format(options=_(" or ").join(typed))
