"""A run: one execution, kept for good. Read from its folder, which is the run."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.indicators import Indicator
from agglo.contract.language import _
from agglo.footprint.record import FootprintRecord
from agglo.store.indexing import INDICATORS_FILE
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

State = Literal["finished", "failed"]

RUN_FILE = "run.json"
LOG_FILE = "log.txt"


@dataclass(frozen=True)
class Run:
    """A kept run. ``content`` is its ``run.json``: question, state, times, failure, outcome, footprint."""

    sealed: Sealed

    @cached_property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = self.sealed.json(RUN_FILE)
        return content

    @property
    def id(self) -> str:
        return str(self.content["id"])

    @property
    def state(self) -> State:
        state: State = self.content["state"]
        return state

    @property
    def model(self) -> str:
        """Identifier and version of the model: ``land.sinks@1.0.0``."""
        return f"{self.content['model']['id']}@{self.content['model']['version']}"

    @property
    def notes(self) -> list[str]:
        return list(self.content["notes"])

    @property
    def log(self) -> str:
        return (self.sealed.folder / LOG_FILE).read_text(encoding="utf-8")

    @property
    def footprint(self) -> FootprintRecord:
        return FootprintRecord.from_dict(self.content["footprint"])

    @property
    def certificates(self) -> list[dict[str, Any]]:
        return self.sealed.events("certified")

    @cached_property
    def indicators(self) -> list[Indicator]:
        """Every indicator of the outcome; none for a failed run."""
        path = self.sealed.folder / INDICATORS_FILE
        if not path.is_file():
            return []
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            return [Indicator(**row) for row in file.read().to_pylist()]

    def path_of(self, output: str) -> Path:
        """The file of one output.

        Raises
        ------
        NotFound
            The run has no such output.
        """
        outcome = self.content["outcome"] or {"outputs": {}}
        if output not in outcome["outputs"]:
            held = ", ".join(outcome["outputs"]) or _("none")
            raise NotFound(
                _('This run has no output "{name}".').format(name=output),
                repair=_("It has: {names}").format(names=held),
            )
        return self.sealed.folder / str(outcome["outputs"][output]["path"])

    def table(self, output: str) -> "pa.Table":
        """One table or layer of the outcome, in memory; errors as :meth:`path_of`."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.path_of(output)) as file:
            return file.read()


def load(workspace: Workspace, reference: str) -> Run:
    """The run of that identifier, or of that unambiguous end or beginning of one.

    Raises
    ------
    NotFound, InvalidInput
        No run, or several, of that name.
    """
    exact = Sealed(workspace.runs / reference)
    if reference and "/" not in reference and exact.exists:
        return Run(exact)
    names = [path.name for path in workspace.runs.iterdir()] if reference.strip() else []
    return Run(Sealed(workspace.runs / chosen(reference, names)))


def chosen(reference: str, names: Iterable[str]) -> str:
    """The identifier that is the reference, or alone begins or ends so; errors as :func:`load`."""
    matching = sorted(name for name in names if name.startswith(reference) or name.endswith(reference))
    if reference in matching:
        return reference
    if not matching or not reference.strip():
        raise NotFound(_('No run "{reference}".').format(reference=reference), repair=_('"agglo runs" lists them.'))
    if len(matching) > 1:
        raise InvalidInput(
            _('Several runs match "{reference}".').format(reference=reference),
            [Fault(name) for name in matching[:5]],
            repair=_("Give more of the identifier."),
        )
    return matching[0]
