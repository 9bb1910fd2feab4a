"""The authority: its file, its numbers, and what fills what it leaves empty."""

import pytest

from agglo.contract.errors import InvalidInput
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.governance import authority
from trust.governance.conftest import told, write

SIREN, SIRET = "200056232", "20005623200016"


def test_without_a_file_the_territory_and_the_settings_say_who_it_is(empty: Workspace) -> None:
    with (empty.root / "agglo.toml").open("a", encoding="utf-8") as file:
        file.write('\ncontact = "donnees@example.org"\n')
    found = authority.read(open_workspace(empty.root))
    assert (found.name, found.siren) == ("Communauté d'agglomération Paris-Saclay", SIREN)
    assert (found.contact, found.siret, found.address) == ("donnees@example.org", "", "")


def test_the_file_comes_first_and_numbers_lose_their_spaces(empty: Workspace) -> None:
    write(empty, "authority", {"name": "Ville", "siret": "200 056 232 00016", "contact": "here", "requests": "there"})
    found = authority.read(empty)
    assert (found.name, found.siren, found.siret) == ("Ville", SIREN, SIRET)
    assert (found.contact, found.requests) == ("here", "there")


@pytest.mark.parametrize(
    ("content", "place", "expected"),
    [
        ({"siren": "200056233"}, "siren", "nine digits"),
        ({"siren": "20005623"}, "siren", "nine digits"),
        ({"siret": "20005623200017"}, "siret", "fourteen digits"),
        ({"siret": "2000562320001"}, "siret", "fourteen digits"),
        ({"siret": SIRET, "siren": "732829320"}, "siret", "begins with the SIREN, 732829320"),
        ({"sirn": SIREN}, "sirn", "key of this part"),
        ({"name": 3}, "name", "a text"),
        (["a"], "", "a mapping"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(empty: Workspace, content: object, place: str, expected: str) -> None:
    write(empty, "authority", content)
    with pytest.raises(InvalidInput) as caught:
        authority.read(empty)
    (fault,) = caught.value.faults
    assert fault.where == f"governance/authority.yaml{': ' + place if place else ''}"
    assert expected in fault.expected
    assert place != "sirn" or fault.repair == 'Did you mean "siren"?'


def test_every_fault_is_told_at_once_and_the_file_counts_once_repaired(empty: Workspace) -> None:
    write(empty, "authority", {"siren": "1", "siret": "2", "web": "x"})
    for _again in range(2):
        with pytest.raises(InvalidInput) as caught:
            authority.read(empty)
        assert len(told(caught.value)) == 3
    write(empty, "authority", "name: Ville\n")
    assert authority.read(empty).name == "Ville"
