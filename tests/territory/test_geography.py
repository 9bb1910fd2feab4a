"""The loader of the State's geography API, on made-up answers from the loopback."""

import json
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.errors import InvalidInput, NoNetwork, NotFound
from agglo.territory.geodesy import ring_area_m2
from agglo.territory.geography import Geography, core_name
from agglo.territory.geography_answers import read_territory

from .conftest import ANSWERS, COMMUNES, EPCI, SEARCH, SIREN, Service

NOWHERE = "http://127.0.0.1:9"


def answers() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    return json.loads((ANSWERS / "epci.json").read_text()), json.loads((ANSWERS / "communes.json").read_text())


def test_an_epci_is_read_whole(service: Service) -> None:
    read = Geography(service.address).territory(SIREN)
    assert (read.siren, read.name) == (SIREN, "CC de la Vallée Imaginaire")
    assert read.codes == ("2A901", "2A902", "2B903")
    assert read.commune("St Essai s/ Loue").population_municipale == 1203
    assert read.commune("l'oeuvre").siren == "219901014"
    assert {one.department for one in read.communes} == {"2A", "2B"}


def test_what_the_service_does_not_state_stays_unknown(service: Service) -> None:
    read = Geography(service.address).territory(SIREN)
    essarts = read.commune("Les Essarts")
    assert (essarts.siren, essarts.population_municipale, essarts.population_totale) == (None, None, None)
    assert read.population_municipale is None
    assert read.year is None
    assert "does not state" in read.vintage


def test_holes_and_parts_are_read(service: Service) -> None:
    read = Geography(service.address).territory(SIREN)
    holed, parted = read.commune("2A902"), read.commune("2A901")
    assert [(ring.part, ring.hole) for ring in holed.rings] == [(0, False), (0, True)]
    assert [(ring.part, ring.hole) for ring in parted.rings] == [(0, False), (1, False)]
    assert holed.area_ha == pytest.approx(ring_area_m2(holed.rings[0].points) * 0.96 / 1e4, rel=1e-4)


def test_the_questions_are_those_of_the_api(service: Service) -> None:
    Geography(service.address).territory(SIREN)
    assert service.asked == [
        f"/epcis/{SIREN}?fields=nom,code",
        f"/epcis/{SIREN}/communes"
        "?fields=nom,code,siren,population,centre,contour,codeDepartement,codeRegion&format=json",
    ]


def test_kept_answers_need_no_network(service: Service, tmp_path: Path) -> None:
    first = Geography(service.address, tmp_path).territory(SIREN)
    assert Geography(NOWHERE, tmp_path).territory(SIREN) == first
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"epci-{SIREN}-communes.json", f"epci-{SIREN}.json"]


def test_answers_put_in_place_by_hand_are_used(tmp_path: Path) -> None:
    (tmp_path / f"epci-{SIREN}.json").write_bytes((ANSWERS / "epci.json").read_bytes())
    (tmp_path / f"epci-{SIREN}-communes.json").write_bytes((ANSWERS / "communes.json").read_bytes())
    assert len(Geography(NOWHERE, tmp_path).territory(SIREN).communes) == 3


@pytest.mark.parametrize("content", [b"", b'[{"nom": "Sain', b"<html>", b"[]", b'[{"nom": "x"}]', b"\xff\xfe\x00"])
def test_a_bad_kept_answer_is_asked_for_again(service: Service, tmp_path: Path, content: bytes) -> None:
    geography = Geography(service.address, tmp_path)
    first = geography.territory(SIREN)
    kept = tmp_path / f"epci-{SIREN}-communes.json"
    kept.write_bytes(content)
    assert geography.territory(SIREN) == first
    assert len(service.asked) == 4
    assert kept.read_bytes() == (ANSWERS / "communes.json").read_bytes()


def test_a_bad_kept_answer_without_network_is_named(service: Service, tmp_path: Path) -> None:
    Geography(service.address, tmp_path).territory(SIREN)
    (tmp_path / f"epci-{SIREN}-communes.json").write_bytes(b"[{")
    with pytest.raises(NoNetwork, match=rf"epci-{SIREN}-communes\.json: found \"\[\{{\", expected JSON"):
        Geography(NOWHERE, tmp_path).territory(SIREN)


def test_no_network_says_how_to_go_on(tmp_path: Path) -> None:
    with pytest.raises(NoNetwork) as caught:
        Geography(NOWHERE, tmp_path).territory(SIREN)
    told = str(caught.value)
    assert f"save {NOWHERE}/epcis/{SIREN}?fields=nom,code as {tmp_path / f'epci-{SIREN}.json'}" in told
    assert "AGGLO_GEOGRAPHY_API" in told
    assert "Paris-Saclay (200056232)" in told


def test_no_network_and_no_folder_says_to_name_one() -> None:
    with pytest.raises(NoNetwork, match="name a folder where answers are kept"):
        Geography(NOWHERE).territory(SIREN)


def test_an_unknown_siren(service: Service) -> None:
    del service.answers[EPCI]
    with pytest.raises(NotFound, match=f"knows no EPCI of SIREN {SIREN}.*\n.*{service.address}"):
        Geography(service.address).territory(SIREN)


@pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
def test_a_refusal_is_reported_with_its_status_and_keeps_nothing(service: Service, tmp_path: Path, status: int) -> None:
    service.answers[COMMUNES] = (status, b"trouble")
    with pytest.raises(NoNetwork, match=rf"found status {status}, expected status 200"):
        Geography(service.address, tmp_path).territory(SIREN)
    assert list(tmp_path.iterdir()) == []


def test_an_endless_answer_is_given_up(service: Service) -> None:
    service.hold.add(COMMUNES)
    with pytest.raises(NoNetwork, match="too slow"):
        Geography(service.address, timeout_s=0.3).territory(SIREN)


def test_a_silent_service_is_given_up() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(NoNetwork, match="timed out"):
            Geography(address, timeout_s=0.2).territory(SIREN)


def test_a_huge_answer_is_refused(service: Service, tmp_path: Path) -> None:
    service.answers[COMMUNES] = (200, b"[" + b" " * 300_000 + b"]")
    with pytest.raises(InvalidInput, match="more than 100000 bytes"):
        Geography(service.address, tmp_path, limit_bytes=100_000).territory(SIREN)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("body", [b"<!doctype html><title>Sign in</title>", b"", b"[1, 2", b"[" * 200_000])
def test_an_answer_that_is_not_json(service: Service, tmp_path: Path, body: bytes) -> None:
    service.answers[COMMUNES] = (200, body)
    with pytest.raises(InvalidInput, match=r"expected JSON.*sign-in page"):
        Geography(service.address, tmp_path).territory(SIREN)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["file:///etc", "ftp://127.0.0.1", "geo.api.gouv.fr"])
def test_another_scheme_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="http://"):
        Geography(address).territory(SIREN)


def test_a_folder_that_cannot_be_written_does_not_cost_the_answer(service: Service, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert len(Geography(service.address, blocked / "cache").territory(SIREN).communes) == 3


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("code", "2A90", r'communes\[0\]\.code: found "2A90"'),
        ("code", 91477, r"communes\[0\]\.code: found 91477"),
        ("code", "2A901", r'communes, position 2: found "2A901", expected each commune once'),
        ("nom", "", r"communes\[0\] \(2A902\)\.nom"),
        ("siren", "219902021", r"\.siren: found \"219902021\", expected a SIREN"),
        ("population", -1, r"\.population: found -1"),
        ("population", 12.5, r"\.population: found 12\.5"),
        ("population", "1203", r"\.population"),
        ("population", True, r"\.population"),
        ("codeDepartement", "2C", r"\.codeDepartement"),
        ("codeRegion", None, r"\.codeRegion: found null"),
        ("centre", {"type": "Point", "coordinates": [42.05]}, r"\.centre"),
        ("centre", {"type": "Point", "coordinates": [1203456.7, 6054321.0]}, r"\.centre"),
        ("centre", None, r"\.centre"),
        ("contour", None, r"\.contour: found null"),
        ("contour", {"type": "Point", "coordinates": [9, 42]}, r"\.contour"),
        ("contour", {"type": "Polygon", "coordinates": []}, r"\.contour"),
        ("contour", {"type": "MultiPolygon", "coordinates": [3]}, r"\.contour"),
        (
            "contour",
            {"type": "Polygon", "coordinates": [[[9, 42], [9, 43], [9, 42]]]},
            r"\.contour\[0\]\[0\].*closed ring",
        ),
        ("contour", {"type": "Polygon", "coordinates": [[[9, 42], [9, 43], [8, 43], [8, 42]]]}, r"closed ring"),
        ("contour", {"type": "Polygon", "coordinates": [[[9, 42], ["9", 43], [8, 43], [9, 42]]]}, r"closed ring"),
        ("contour", {"type": "Polygon", "coordinates": [[[9, 42], [9, 143], [8, 43], [9, 42]]]}, r"closed ring"),
        (
            "contour",
            {"type": "Polygon", "coordinates": [[[9, 42], [9, float("nan")], [8, 43], [9, 42]]]},
            r"closed ring",
        ),
    ],
)
def test_wrong_content_is_refused_naming_its_place(key: str, value: object, fault: str) -> None:
    epci, communes = answers()
    communes[0][key] = value
    with pytest.raises(InvalidInput, match=fault):
        read_territory(epci, communes, SIREN)


def test_every_fault_is_listed_at_once() -> None:
    epci, communes = answers()
    epci["code"] = "200056232"
    communes[0]["population"], communes[1]["nom"], communes[2]["contour"] = -5, None, {}
    with pytest.raises(InvalidInput) as caught:
        read_territory(epci, communes, SIREN)
    assert [fault.where for fault in caught.value.faults] == [
        "epci.code",
        "communes[0] (2A902).population",
        "communes[1] (2A901).nom",
        "communes[2] (2B903).contour",
    ]


@pytest.mark.parametrize("communes", [[], {}, None, "communes", [None], [3]])
def test_an_answer_of_another_shape(communes: object) -> None:
    with pytest.raises(InvalidInput, match="cannot be trusted"):
        read_territory(answers()[0], communes, SIREN)


@pytest.mark.parametrize(
    "name",
    ["CA Paris-Saclay", "CA Communauté Paris-Saclay", "communauté d’agglomération Paris Saclay", "paris saclay"],
)
def test_the_kind_of_epci_may_be_left_out(name: str) -> None:
    assert core_name(name) == "paris saclay"


@pytest.mark.parametrize(
    "name", ["Vallée imaginaire", "CC de la Vallée Imaginaire", "communauté de communes Vallée imaginaire"]
)
def test_an_epci_by_name(service: Service, name: str) -> None:
    assert Geography(service.address).siren(name) == SIREN
    assert service.asked[0].startswith("/epcis?nom=")


def test_an_epci_by_name_from_kept_answers(service: Service, tmp_path: Path) -> None:
    Geography(service.address, tmp_path).territory(SIREN)
    assert Geography(NOWHERE, tmp_path).siren("vallee imaginaire") == SIREN


def test_an_unknown_name_lists_the_closest(service: Service) -> None:
    with pytest.raises(NotFound, match=rf"No EPCI is named.*\n.*CC de la Vallée Imaginaire \({SIREN}\)"):
        Geography(service.address).siren("Vallée")
    service.answers[SEARCH] = (200, b"[]")
    with pytest.raises(NotFound, match="Give its SIREN"):
        Geography(service.address).siren("Vallée")


def test_homonymous_epci_are_not_chosen_between(service: Service) -> None:
    twice = [{"nom": "CC du Pays", "code": SIREN}, {"nom": "CA du Pays", "code": "200056232"}]
    service.answers[SEARCH] = (200, json.dumps(twice).encode())
    with pytest.raises(NotFound, match=rf"Several EPCI.*\n.*{SIREN}.*200056232"):
        Geography(service.address).siren("Pays")


@pytest.mark.parametrize("body", [b"{}", b'[{"nom": "x"}]', b"[1]", b'[{"nom": 3, "code": "200099992"}]'])
def test_a_search_of_another_shape(service: Service, body: bytes) -> None:
    service.answers[SEARCH] = (200, body)
    with pytest.raises(InvalidInput, match="cannot be trusted"):
        Geography(service.address).siren("x")


def test_a_name_without_network() -> None:
    with pytest.raises(NoNetwork, match="Give the SIREN"):
        Geography(NOWHERE).siren("Vallée imaginaire")
