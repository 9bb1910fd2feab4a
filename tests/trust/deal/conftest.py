import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from agglo.contract.model import from_folder
from agglo.runs import asking, questions
from agglo.runs.run import Run, load
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.deal import keeping, reading
from agglo.trust.deal.text import Deal
from tests import cards

Content = dict[str, Any]

SIREN = "200056232"
INDICATOR = {"name": "land.take", "value": 20.0, "unit": "ha/yr", "place": SIREN, "year": 2024}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def content() -> Content:
    """A small deal that is open for signature: one commitment of the vocabulary, one with an indicator of its own."""
    return {
        "name": "small",
        "title": {"fr": "Petit contrat", "en": "Small deal"},
        "status": "open",
        "date": "2026-01-15",
        "territory": {"siren": SIREN, "name": "Paris-Saclay"},
        "parties": [
            {"id": "agglo", "name": "The agglomeration", "kind": "authority"},
            {"id": "lab", "name": "A laboratory", "kind": "laboratory"},
        ],
        "commitments": [
            {
                "id": "land",
                "axis": "governance",
                "title": {"fr": "Moins de sols bâtis", "en": "Less land built over"},
                "text": {"fr": "Diviser par deux.", "en": "Halve it."},
                "bearer": "agglo",
                "partners": ["lab"],
                "indicator": "land.take",
                "baseline": {"value": 40, "unit": "ha/yr", "year": 2018, "source": "CORINE"},
                "target": {"value": 0, "unit": "ha/yr", "year": 2030, "source": "the plan"},
            },
            {
                "id": "retrofit",
                "axis": "energy-transition",
                "title": {"fr": "Rénover", "en": "Retrofit"},
                "text": {"fr": "Rénover des logements.", "en": "Retrofit homes."},
                "bearer": "lab",
                "indicator": {"title": {"fr": "Logements rénovés", "en": "Homes retrofitted"}, "unit": "count"},
                "baseline": {"value": 0, "unit": "count", "year": 2020, "source": "the office"},
                "target": {"value": 1000, "unit": "count", "year": 2030, "source": "the plan"},
            },
            {
                "id": "charter",
                "axis": "governance",
                "title": {"fr": "Charte"},
                "text": {"fr": "Signer une charte."},
                "bearer": "agglo",
                "no_target": {"fr": "rien n'est fixé", "en": "nothing is set"},
            },
        ],
    }


@pytest.fixture
def deal(content: Content) -> Deal:
    return reading.from_dict(content)


@pytest.fixture
def kept(workspace: Workspace, deal: Deal) -> keeping.Kept:
    """The small deal, kept as its first version."""
    return keeping.add(workspace, deal).kept


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.csv"
    path.write_text("homes\n250\n", encoding="utf-8")
    return path


def declare_everything(folder: Path, model: str, register: Path) -> None:
    """Both halves of a complete card."""
    (folder / "card.yaml").write_text(yaml.safe_dump(cards.maker()), encoding="utf-8")
    (register / f"{model}.yaml").write_text(yaml.safe_dump(cards.authority()), encoding="utf-8")


@pytest.fixture
def run_of(workspace: Workspace, tmp_path: Path) -> Callable[..., Run]:
    """A real run of a shell script: ``run_of(indicator, ..., complete=True, script=...)``."""

    def made(*indicators: Content, complete: bool = True, script: str = "") -> Run:
        folder = tmp_path / "script"
        folder.mkdir()
        described = {"id": "test.script", "version": "1.0.0", "command": ["answer.sh"]}
        (folder / "model.json").write_text(json.dumps(described), encoding="utf-8")
        answer = json.dumps({"indicators": list(indicators or [INDICATOR])})
        program = folder / "answer.sh"
        program.write_text(script or f"""#!/bin/sh\necho '{answer}' > "$5/outputs.json"\n""", encoding="utf-8")
        program.chmod(0o755)
        if complete:
            declare_everything(folder, "test.script", workspace.register)
        asked = asking.ask(workspace, questions.pose(workspace, from_folder(folder), inputs={}))
        return load(workspace, asked.run.id)

    return made
