"""Models that tests offer beside the installed ones, to this process and to those it starts."""

import os
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "samples"

_MODULE = """
from pathlib import Path
from typing import Any
from pydantic import model_validator
from agglo.contract.model import Output, from_folder, model
from agglo.contract.outcome import Outcome
from agglo.contract.parameters import Parameters, parameter

pebble = from_folder(Path({pebble!r}))
shell = from_folder(Path({shell!r}))

class Ordered(Parameters):
    low: float = parameter(1.0, unit="1", title="low", source="assumed")
    high: float = parameter(2.0, unit="1", title="high", source="assumed")

    @model_validator(mode="after")
    def _in_order(self) -> Any:
        if self.low > self.high:
            raise ValueError("low is above high")
        return self

@model(id="test.ordered", version="1.0.0", parameters=Ordered)
def ordered(inputs, *, parameters, context):
    return Outcome()
"""
_ENTRIES = """
[agglo.models]
echo = agglo.models.echo:echo
test.pebble = agglo_samples:pebble
test.shell = agglo_samples:shell
test.ordered = agglo_samples:ordered
test.broken = agglo_samples:nothing_there
test.quitting = agglo_quitting:quitting
"""
_QUITTING = 'print("This server is not licensed.")\nraise SystemExit(3)\n'


def offer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a folder offer ``echo`` and the sample models, as an installed package would."""
    write(folder)
    monkeypatch.syspath_prepend(str(folder))
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


def write(folder: Path) -> None:
    """What a package leaves in a folder once it is installed there."""
    about = folder / "agglo_samples-1.0.dist-info"
    about.mkdir(parents=True)
    text = _MODULE.format(pebble=str(SAMPLES / "pebble"), shell=str(SAMPLES / "shell"))
    (folder / "agglo_samples.py").write_text(text, encoding="utf-8")
    (folder / "agglo_quitting.py").write_text(_QUITTING, encoding="utf-8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: agglo-samples\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(_ENTRIES, encoding="utf-8")
