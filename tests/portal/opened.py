"""A workspace whose content is public unless somebody decided otherwise, in English; and ways to close parts of it."""

import shutil
from html import unescape
from pathlib import Path

import pytest

from agglo.store.workspace import Workspace, open_workspace
from agglo.studies import finding, record, running
from agglo.trust.access import visibility
from agglo.trust.access.people import operator
from agglo.trust.access.rights import Asset

STUDY = "local-green-deal"
SIREN = "200056232"
HOSTILE = "<img src=x onerror=alert(1)>\"'&"


@pytest.fixture
def workspace(example: Path, tmp_path: Path) -> Workspace:
    """A copy of the example, to be changed at will."""
    shutil.copytree(example, tmp_path / "workspace", symlinks=True)
    return opened(tmp_path / "workspace")


@pytest.fixture
def bare(tmp_path: Path) -> Workspace:
    """A workspace in which nothing was ever asked."""
    open_workspace(tmp_path / "bare")
    return opened(tmp_path / "bare")


def opened(folder: Path) -> Workspace:
    with (folder / "agglo.toml").open("a", encoding="utf-8") as file:
        file.write('\nvisibility = "public"\nlanguage = "en"\n')
    return open_workspace(folder)


def run_of(workspace: Workspace, scenario: str, step: str) -> str:
    """The identifier of the run that answers a step of a scenario of the study."""
    held = record.held(workspace, STUDY)
    given = record.last_ran(held, scenario, held[-1].versions[scenario])
    assert given
    return str(given[step]["run"])


def close(workspace: Workspace, kind: str, id: str) -> None:
    """Make an asset restricted."""
    visibility.set_(workspace, operator(workspace), Asset(kind, id), "restricted", why="test")  # type: ignore[arg-type]


def hostile_study(workspace: Workspace, folder: Path) -> None:
    """A study whose texts hold markup, answered by what is kept already."""
    text = finding.bundled()[STUDY].read_text(encoding="utf-8")
    text = text.replace(f"name: {STUDY}", "name: hostile")
    text = text.replace("fr: Comme observé, en: As observed", f"fr: {HOSTILE!r}, en: {HOSTILE!r}")
    head, _title, rest = text.partition("title:\n")
    body = rest.partition("question:\n")[2]
    quoted = HOSTILE.replace("'", "''")
    text = f"{head}title:\n  fr: '{quoted}'\n  en: '{quoted}'\nquestion:\n{body}"
    path = folder / "hostile.yaml"
    path.write_text(
        text.replace(f"{{fr: {HOSTILE!r}, en: {HOSTILE!r}}}", f"{{fr: '{quoted}', en: '{quoted}'}}"), "utf-8"
    )
    running.run(workspace, finding.find(workspace, str(path)))


def safe(page: str) -> bool:
    """Whether hostile texts are in a page as text only."""
    return HOSTILE in unescape(page) and "<img" not in page and "onerror=alert(1)>" not in page
