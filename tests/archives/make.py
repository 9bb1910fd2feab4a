"""Make the archive of the format in force: ``python tests/archives/make.py``.

It holds a run of the sample lake on a small dataset, verified once. An archive is made once for each format and never
again: those of older formats show that agglo still reads them.
"""

import sys
import tempfile
from pathlib import Path
from unittest import mock

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "samples"))

from lake import lake  # noqa: E402

from agglo.catalogue import datasets, known_schemas  # noqa: E402
from agglo.contract.scenario import Scenario  # noqa: E402
from agglo.runs import archive, asking, questions, verification  # noqa: E402
from agglo.store.workspace import open_workspace  # noqa: E402

LAKES = "insee,area_m2\n91272,125000\n91477,80000.5\n91534,0\n"


def make(target: Path) -> Path:
    """Ask the lake in a new workspace, verify the answer and export it."""
    brings_lakes = mock.patch.object(known_schemas, "installed", return_value={"test.lake": lambda: lake})
    with brings_lakes, tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(Path(folder) / "workspace")
        table = Path(folder) / "lakes.csv"
        table.write_text(LAKES, encoding="utf-8")
        datasets.add(
            workspace,
            table,
            name="lakes",
            schema="lakes",
            title="Lakes of a test",
            licence="CC0-1.0",
            source="made up",
            owner="agglo",
        )
        rain = Scenario("wet-year", title="A wet year", parameters={"test.lake": {"rain_m": 0.85}})
        question = questions.pose(workspace, lake, inputs={"lakes": "lakes"}, scenario=rain, seed=7)
        run = asking.ask(workspace, question, project="first archive").run
        assert verification.verify(workspace, run).verdict == "identical"
        return archive.export(workspace, run, target)


if __name__ == "__main__":
    made = make(HERE / f"format-{archive.FORMAT}.zip")
    print(f"{made.name}: {made.stat().st_size} bytes")
