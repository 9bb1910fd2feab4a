"""Directions, partners and bodies: what comes with agglo, what a workspace says instead, what is refused."""

from pathlib import Path
from typing import Any

import pytest

from agglo.contract.errors import InvalidInput, NotFound
from agglo.store.workspace import Workspace
from agglo.trust.governance import bodies, files, organisation
from agglo.trust.governance.bodies import Member
from trust.governance.conftest import elsewhere, told, write

TITLE = {"fr": "Comité", "en": "Committee"}
DIRECTION = {"id": "archives", "title": {"fr": "Archives"}}
PARTNER = {"id": "lab", "title": "Lab", "kind": "laboratory"}
BODY = {"id": "committee", "title": TITLE, "level": "steer"}


def test_what_comes_with_agglo_for_paris_saclay_cites_its_source(empty: Workspace) -> None:
    directions, partners = organisation.directions(empty), organisation.partners(empty)
    assert {"systemes-information", "direction-generale", "politique-de-la-ville"} <= {one.id for one in directions}
    assert {"hub-france-ia", "irt-systemx", "anssi", "dataia", "icc", "efficacity"} <= {one.id for one in partners}
    (council,) = bodies.read(empty)
    assert (council.id, council.level, council.members) == ("conseil-de-developpement", "advise", None)
    for one in (*directions, *partners, council):
        assert "5 décembre 2023" in one.source["fr"], one.id
        assert {"fr", "en"} <= set(one.source)
    assert all(one.place and not one.website for one in partners)
    assert all(one.unreviewed == ("kind",) for one in partners if one.id not in {"icc", "ministere-ecologie"})


def test_no_name_of_a_person_comes_with_agglo() -> None:
    for path in (Path(files.__file__).parent / "bundled").rglob("*.yaml"):
        text = path.read_text(encoding="utf-8").lower()
        assert "munerot" not in text
        assert "laurent" not in text


def test_elsewhere_nothing_comes_with_agglo(tmp_path: Path) -> None:
    here = elsewhere(tmp_path)
    assert (organisation.directions(here), organisation.partners(here), bodies.read(here)) == ((), (), ())


def test_a_file_replaces_what_comes_with_agglo_unless_it_says_nothing(empty: Workspace) -> None:
    write(empty, "directions", "# nothing yet\n")
    assert len(organisation.directions(empty)) > 1
    write(empty, "directions", [DIRECTION])
    assert [one.id for one in organisation.directions(empty)] == ["archives"]
    write(empty, "directions", [])
    assert organisation.directions(empty) == ()


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("directions", {"id": "a"}, "governance/directions.yaml"),
        ("directions", [{**DIRECTION, "titel": "x"}], "governance/directions.yaml: archives.titel"),
        ("directions", [{"id": "Archives", "title": "x"}], "governance/directions.yaml: Archives.id"),
        ("directions", [{"id": "a"}], "governance/directions.yaml: a.title"),
        ("directions", [DIRECTION, DIRECTION], "governance/directions.yaml"),
        ("directions", "- [", "governance/directions.yaml, line 1"),
        ("partners", [{**PARTNER, "kind": "labratory"}], "governance/partners.yaml: lab.kind"),
        ("partners", [{**PARTNER, "website": "lab"}], "governance/partners.yaml: lab.website"),
        ("partners", [{**PARTNER, "unreviewed": ["kin"]}], "governance/partners.yaml: lab.unreviewed"),
        ("bodies", [{**BODY, "level": "stear"}], "governance/bodies.yaml: committee.level"),
        ("bodies", [{**BODY, "members": ["hub-france"]}], "governance/bodies.yaml: committee.members"),
        ("bodies", [{**BODY, "decisions": [{"date": "1 May", "title": "x"}]}],
         "governance/bodies.yaml: committee.decisions.1.date"),
        ("bodies", [BODY, BODY], "governance/bodies.yaml"),
        ("bodies", [{**BODY, "id": "hub-france-ia"}], "governance/bodies.yaml"),
    ],
    ids=str,
)  # fmt: skip
def test_a_file_that_is_refused(empty: Workspace, name: str, content: Any, place: str) -> None:
    write(empty, name, content)
    read: Any = {"directions": organisation.directions, "partners": organisation.partners, "bodies": bodies.read}[name]
    with pytest.raises(InvalidInput) as caught:
        read(empty)
    assert [where for where, _got in told(caught.value)] == [place]


def test_the_nearest_is_named(empty: Workspace) -> None:
    write(empty, "bodies", [{**BODY, "level": "stear", "members": ["hub-france"]}])
    with pytest.raises(InvalidInput) as caught:
        bodies.read(empty)
    assert 'Did you mean "steer"?' in str(caught.value)
    assert 'Did you mean "hub-france-ia"?' in str(caught.value)


def test_a_direction_and_a_partner_have_no_identifier_in_common(empty: Workspace) -> None:
    write(empty, "partners", [{**PARTNER, "id": "culture"}])
    assert [one.id for one in organisation.partners(empty)] == ["culture"]
    with pytest.raises(InvalidInput, match="an identifier that no direction has"):
        bodies.read(empty)


def test_a_body_with_members_and_decisions(empty: Workspace) -> None:
    decision = {"date": "2026-01-15", "title": {"fr": "Un calendrier"}, "text": "Un seul."}
    members = ["culture", {"fr": "vice-présidence", "en": "vice-presidency"}]
    write(empty, "bodies", [{**BODY, "members": members, "decisions": [decision]}])
    found = bodies.find(empty, "committee")
    assert found.members == (Member("culture"), Member(function=members[1]))  # type: ignore[arg-type]
    assert (found.decisions[0].date, found.decisions[0].text) == ("2026-01-15", {"fr": "Un seul."})
    with pytest.raises(NotFound, match='Did you mean "committee"'):
        bodies.find(empty, "comittee")
