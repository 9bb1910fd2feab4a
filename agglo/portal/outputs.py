"""The outputs of a run that pages show and people take away. An output is one that ``run.json`` declares, and its file
is one that was sealed: whatever an address holds, nothing else of the disk is ever opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from agglo.contract.errors import Damaged, Fault, NotFound
from agglo.contract.language import N_, _, in_language
from agglo.runs.run import Run

INDICATORS = "indicators"
"""The table of indicators, beside the outputs that the model declares."""
CODES = ("insee", "place", "commune", "code_insee", "insee_code", "code_commune")
"""Columns that may hold the official code of a commune."""
TABLE_FORMS = ("csv", "xlsx", "parquet")
UNNAMED_FORM = "bin"
"""The form of a file that has no suffix."""

_KINDS = {"table": N_("table"), "layer": N_("map layer"), "file": N_("file")}
_INDICATOR_COLUMNS = ("name", "place", "year", "since", "sector", "value", "unit", "quality", "source")


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a run: what it is, its columns with their units, where its file is, the digest of its content."""

    name: str
    kind: str
    title: str
    columns: Mapping[str, str]
    path: Path
    digest: str

    @property
    def is_table(self) -> bool:
        """Whether it has rows: a table or a layer."""
        return self.kind in ("table", "layer")

    @property
    def kind_label(self) -> str:
        return _(_KINDS[self.kind])

    @property
    def code_column(self) -> str | None:
        """The column that may hold codes of communes."""
        return next((one for one in CODES if one in self.columns), None)

    @property
    def forms(self) -> Sequence[str]:
        """The forms it can be taken away in."""
        if not self.is_table:
            return (self.path.suffix[1:].lower() or UNNAMED_FORM,)
        return (*TABLE_FORMS, "gpkg") if self.kind == "layer" or self.code_column else TABLE_FORMS


def listing(run: Run) -> list[Output]:
    """The outputs that a run declares, indicators left out."""
    names = (run.content["outcome"] or {"outputs": {}})["outputs"]
    return [find(run, name) for name in names]


def find(run: Run, name: str) -> Output:
    """The output of that name, or the table of indicators.

    Raises
    ------
    NotFound
        The run has no such output.
    Damaged
        Its file is a link, is not in the run's own folder or was not sealed with it.
    """
    outcome: dict[str, Any] = run.content["outcome"] or {"outputs": {}}
    if name == INDICATORS and INDICATORS in outcome:
        one = outcome[INDICATORS]
        columns = dict.fromkeys(_INDICATOR_COLUMNS, "")
        return Output(name, "table", _("Indicators"), columns, _path(run, one["path"]), str(one["digest"]))
    if name not in outcome["outputs"]:
        held = ", ".join(outcome["outputs"]) or _("none")
        raise NotFound(_("This run has no such output."), repair=_("It has: {names}").format(names=held))
    one = outcome["outputs"][name]
    title = in_language(run.content["model"]["outputs"].get(name, {}).get("title", {})) or name
    return Output(name, str(one["kind"]), title, one["columns"], _path(run, one["path"]), str(one["digest"]))


def _path(run: Run, relative: str) -> Path:
    """The file of an output, which must be a plain one of the sealed folder."""
    folder = run.sealed.folder.resolve()
    path = folder / relative
    sealed = relative in run.sealed.manifest["files"] and ".." not in PurePosixPath(relative).parts
    if not sealed or path.resolve() != path or not path.is_relative_to(folder) or not path.is_file():
        raise Damaged(_("A file of this run is no longer as it was kept."), [Fault(PurePosixPath(relative).name[:80])])
    return path
