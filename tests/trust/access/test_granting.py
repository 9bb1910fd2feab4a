"""Giving and taking rights: kept with who and when, only by whoever administers."""

import threading

import pytest

from agglo.contract.errors import Forbidden, InvalidInput, NotFound
from agglo.store.workspace import Workspace
from agglo.trust.access import granting, reading, rights, rules, visibility
from agglo.trust.access.people import PUBLIC, Person, operator
from agglo.trust.access.rights import Asset
from trust.access.conftest import ANN, BOB, STEWARD, Made, write_rights

ADMINISTRATOR = Person("ada", "administrator")


def give(workspace: Workspace, person: Person = ADMINISTRATOR, **given: str) -> rules.Grant:
    return granting.grant(workspace, person, **{"to": "account:bob", "right": "run", "on": "model:land.*", **given})


def test_a_right_is_given_and_taken_back_with_who_and_when(empty: Workspace) -> None:
    asset = Asset("model", "land.sinks")
    write_rights(empty, "roles", {"contributor": {"rights": []}})
    made = give(empty, why="asked by the council: « oui »")
    assert (made.by, made.why, made.at[:2]) == ("ada", "asked by the council: « oui »", "20")
    assert rights.may(empty, BOB, "run", asset)
    assert not rights.may(empty, ANN, "run", asset)
    taken = granting.revoke(empty, ADMINISTRATOR, to="account:bob", right="run", on="model:land.*")
    assert taken.revoked["by"] == "ada"
    assert not rights.may(empty, BOB, "run", asset)
    assert granting.listing(empty, ADMINISTRATOR) == [taken]
    again = give(empty)
    assert granting.listing(empty, ADMINISTRATOR) == [taken, again]
    assert rights.may(empty, BOB, "run", asset)


def test_giving_what_is_in_force_changes_nothing(empty: Workspace) -> None:
    first = give(empty)
    before = (empty.root / "rights" / "grants.yaml").read_bytes()
    assert give(empty, why="again") == first
    assert (empty.root / "rights" / "grants.yaml").read_bytes() == before


def test_the_file_is_one_that_people_can_read_and_write(empty: Workspace) -> None:
    write_rights(empty, "grants", "- to: role:contributor\n  right: approve\n  on: study:deal\n")
    give(empty)
    text = (empty.root / "rights" / "grants.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Rights that were given")
    assert "- to: role:contributor\n  right: approve\n" in text
    assert [str(one.on) for one in rules.read(empty).grants] == ["study:deal", "model:land.*"]
    assert not [path for path in (empty.root / "rights").iterdir() if path.name != "grants.yaml"]


@pytest.mark.parametrize("person", [PUBLIC, ANN, STEWARD], ids=lambda one: one.role)
def test_who_does_not_administer_gives_and_sees_nothing(empty: Workspace, person: Person) -> None:
    give(empty)
    before = (empty.root / "rights" / "grants.yaml").read_bytes()
    with pytest.raises(Forbidden):
        give(empty, person, to="account:ann", right="administer", on="workspace")
    with pytest.raises(Forbidden):
        granting.revoke(empty, person, to="account:bob", right="run", on="model:land.*")
    with pytest.raises(Forbidden):
        granting.listing(empty, person)
    assert (empty.root / "rights" / "grants.yaml").read_bytes() == before


def test_every_fault_of_a_right_is_told(empty: Workspace) -> None:
    for do in (granting.grant, granting.revoke):
        with pytest.raises(InvalidInput) as caught:
            do(empty, ADMINISTRATOR, to="bob", right="fly", on="moon")
        assert [fault.where for fault in caught.value.faults] == ["to", "right", "on"]
    assert not (empty.root / "rights").exists()


def test_what_was_not_given_is_not_taken_back(empty: Workspace) -> None:
    give(empty)
    with pytest.raises(NotFound, match="was not given the right approve on workspace"):
        granting.revoke(empty, ADMINISTRATOR, to="account:bob", right="approve", on="workspace")


def test_what_is_not_kept_is_not_given(made: Made) -> None:
    unknown = "run:01a20efa-0000-7000-8000-000000000001"
    for on in (unknown, "dataset:rivers", "study:none"):
        with pytest.raises(NotFound):
            give(made.workspace, on=on)
    give(made.workspace, on=f"dataset:{made.dataset}")


def test_nobody_opens_personal_data_to_themselves(made: Made) -> None:
    here, asset = made.workspace, Asset("run", made.plain_run)
    visibility.set_(here, STEWARD, asset, "personal")
    for person in (ADMINISTRATOR, operator(here)):
        to, given = f"account:{person.id}", {"right": "read-restricted", "on": str(asset)}
        if person == ADMINISTRATOR:
            with pytest.raises(NotFound, match="No run"):
                granting.grant(here, person, to=to, **given)
        else:
            granting.grant(here, person, to="account:bob", **given)
    assert reading.run(here, BOB, made.plain_run).id == made.plain_run
    with pytest.raises(NotFound):
        reading.run(here, ADMINISTRATOR, made.plain_run)


def test_nothing_is_given_where_the_files_cannot_be_read(empty: Workspace) -> None:
    write_rights(empty, "grants", "[")
    with pytest.raises(InvalidInput, match="cannot be read"):
        give(empty, operator(empty))
    assert (empty.root / "rights" / "grants.yaml").read_text() == "["


def test_rights_given_at_once_are_all_kept(empty: Workspace) -> None:
    threads = [
        threading.Thread(target=give, args=(empty,), kwargs={"to": f"account:a{number}"}) for number in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.to for one in rules.read(empty).grants} == {f"account:a{number}" for number in range(16)}
