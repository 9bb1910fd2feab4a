import pytest

from agglo.territory.codes import format_faults, insee_repair, is_department, is_insee, is_region, is_siren


@pytest.mark.parametrize(
    "code", ["01001", "19272", "21231", "2A004", "2B033", "75056", "91477", "95680", "97105", "97411"]
)
def test_official_codes_of_communes(code: str) -> None:
    assert is_insee(code)


@pytest.mark.parametrize("code", ["97502", "97801", "98735", "98818"])
def test_official_codes_of_overseas_collectivities(code: str) -> None:
    assert is_insee(code)


@pytest.mark.parametrize(
    "code",
    ["", "9147", "914777", "91 77", "91477 ", "2a004", "2C004", "00123", "20004", "96001", "97901", "९१४७७", "91477\n"],
)
def test_other_texts_are_no_codes(code: str) -> None:
    assert not is_insee(code)


def test_departments_and_regions() -> None:
    assert all(is_department(code) for code in ("01", "2A", "91", "974"))
    assert not any(is_department(code) for code in ("1", "20", "96", "0911", "2a"))
    assert all(is_region(code) for code in ("11", "01", "94", "987"))
    assert not any(is_region(code) for code in ("1", "", "999", "IDF"))


def test_siren_of_known_epci() -> None:
    """Paris-Saclay, Grenoble-Alpes-Métropole, Pays Basque."""
    assert all(is_siren(number) for number in ("200056232", "200040715", "200067106"))


@pytest.mark.parametrize("position", range(9))
def test_siren_detects_any_single_wrong_digit(position: int) -> None:
    digits = list("200056232")
    digits[position] = str((int(digits[position]) + 1) % 10)
    assert not is_siren("".join(digits))


@pytest.mark.parametrize("number", ["", "20005623", "2000562320", "20005623A"])
def test_siren_of_another_form(number: str) -> None:
    assert not is_siren(number)


@pytest.mark.parametrize(
    ("code", "repair"),
    [
        ("1004", "01004"),
        ("2a004", "2A004"),
        (" 91477", "91477"),
        ("91477.0", "91477"),
        ("20004", "2A or 2B"),
        ("Palaiseau", "neither its postcode"),
    ],
)
def test_repair_of_a_malformed_code(code: str, repair: str) -> None:
    assert repair in insee_repair(code)


def test_every_malformed_and_repeated_code_is_a_fault() -> None:
    faults = format_faults(["91477", "1004", "91272", "91477", "", "91477"], what="insee")
    assert [fault.where for fault in faults] == [f"insee, position {place}" for place in (2, 4, 5, 6)]
    assert "position 1" in faults[1].repair
    assert "position 1" in faults[3].repair


def test_good_codes_have_no_fault() -> None:
    assert format_faults(["91477", "2A004", "97411"]) == []
    assert format_faults([]) == []
