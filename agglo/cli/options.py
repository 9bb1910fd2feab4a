"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _

WorkspaceFolder = Annotated[
    Path | None,
    typer.Option("--workspace", help=_("Folder of the workspace (else AGGLO_WORKSPACE, else ./agglo-workspace).")),
]
Json = Annotated[bool, typer.Option("--json", help=_("Print JSON, figures in full."))]


def named(words: list[str], option: str) -> dict[str, str]:
    """``["a=1", "b=2"]`` as a mapping.

    Raises
    ------
    InvalidInput
        A word has no ``=``, or a name comes twice.
    """
    found: dict[str, str] = {}
    faults = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            faults.append(Fault(option, f'"{word}"', _("NAME=VALUE")))
        elif name.strip() in found:
            faults.append(Fault(option, _("{name} twice").format(name=name.strip()), _("each name once")))
        found[name.strip()] = value.strip()
    if faults:
        raise InvalidInput(_("These options cannot be read."), faults)
    return found
