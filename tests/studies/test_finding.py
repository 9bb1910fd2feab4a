"""Studies by file and by name; those that come with agglo are whole."""

from pathlib import Path

import pytest

from agglo.contract.errors import NotFound
from agglo.studies import finding, plan

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(finding.bundled()))
def test_a_bundled_study_can_be_asked(workspace, name) -> None:
    found = finding.find(workspace, name)
    assert found.name == name
    assert set(found.title) == set(found.question) == {"fr", "en"}
    ready = plan.prepare(workspace, found)
    assert [one.name for one in ready.scenarios] == list(found.scenarios)


def test_they_are_also_files_of_the_project(workspace) -> None:
    for name in finding.bundled():
        assert finding.find(workspace, str(ROOT / "studies" / f"{name}.yaml")) == finding.find(workspace, name)


def test_an_unknown_name_gets_the_nearest(workspace) -> None:
    with pytest.raises(NotFound, match='Did you mean "local-green-deal"'):
        finding.find(workspace, "local-green-dael")
    with pytest.raises(NotFound, match=r"(?s)No file .*local-green-dael.yaml.*Did you mean"):
        finding.find(workspace, "local-green-dael.yaml")
