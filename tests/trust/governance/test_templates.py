"""Files to fill in: they say nothing until somebody does, their examples are valid, and nothing is written over."""

from pathlib import Path

import pytest

from agglo.contract.errors import Forbidden
from agglo.contract.language import speaking
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person, operator
from agglo.trust.governance import authority, bodies, files, opinion, organisation, responsibilities, templates
from trust.governance.conftest import STEWARD, elsewhere


def test_what_is_written_changes_nothing_until_it_is_filled_in(empty: Workspace) -> None:
    before = (authority.read(empty), organisation.directions(empty), organisation.partners(empty), bodies.read(empty))
    written, left = templates.write(empty, operator(empty))
    assert ([path.stem for path in written], left) == (list(files.NAMES), [])
    after = (authority.read(empty), organisation.directions(empty), organisation.partners(empty), bodies.read(empty))
    assert after == before
    assert responsibilities.read(empty) == ()


def test_what_is_there_is_left(empty: Workspace) -> None:
    templates.write(empty, operator(empty))
    path = files.path(empty, "bodies")
    path.write_text("[]\n", encoding="utf-8")
    files.path(empty, "partners").unlink()
    written, left = templates.write(empty, operator(empty))
    assert ([one.stem for one in written], len(left)) == (["partners"], 4)
    assert path.read_text(encoding="utf-8") == "[]\n"


def test_only_those_who_administer_write_them(empty: Workspace) -> None:
    for person in (STEWARD, Person()):
        with pytest.raises(Forbidden):
            templates.write(empty, person)
    assert not (empty.root / "governance").exists()


def _examples(text: str) -> str:
    """The lines of a template that show how to write, without their sign."""
    kept = (line for line in text.splitlines() if line.startswith("#") and (line[1:2] != " " or line[1:3] == "  "))
    return "\n".join(line[1:] for line in kept) + "\n"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_examples_are_right_as_they_are(tmp_path: Path, language: str) -> None:
    here = elsewhere(tmp_path)
    with speaking(language):
        templates.write(here, operator(here))
        for name in files.NAMES:
            path = files.path(here, name)
            path.write_text(_examples(path.read_text(encoding="utf-8")), encoding="utf-8")
        (tmp_path / "opinion.yaml").write_text(_examples(templates.opinion()), encoding="utf-8")
    assert authority.read(here).siren == "200056232"
    assert len(organisation.directions(here)) == len(organisation.partners(here)) == len(bodies.read(here)) == 1
    assert len(responsibilities.read(here)) == 2
    assert opinion.read(tmp_path / "opinion.yaml").on == "card:aquavance"
