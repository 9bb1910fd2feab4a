import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.errors import InvalidInput
from agglo.store import config

DEFAULTS = {
    "territory": "200056232",
    "location": "FR",
    "platform": "localServer",
    "pue": None,
    "language": "fr",
    "time_zone": "Europe/Paris",
    "visibility": "draft",
    "address": "",
    "publisher": "",
    "contact": "",
    "accessibility_contact": "",
    "map_background": "",
    "map_background_source": "",
    "upload_limit_mb": 200,
    "workers": 1,
    "identity_provider": "",
    "identity_client": "",
}


def read(folder: Path, text: str = "", **environment: str) -> dict[str, tuple[Any, str]]:
    (folder / "agglo.toml").write_text(text, encoding="utf-8")
    return {name: (one.value, one.origin) for name, one in config.read(folder, environment).items()}


def test_without_a_file_every_setting_has_its_default(tmp_path: Path) -> None:
    settings = config.read(tmp_path, {})
    assert {name: one.value for name, one in settings.items()} == DEFAULTS
    assert {one.origin for one in settings.values()} == {"default"}
    assert [one.name for one in settings.values()] == list(settings)


def test_the_template_changes_nothing_and_shows_every_setting(tmp_path: Path) -> None:
    config.write_template(tmp_path)
    assert {name: one.value for name, one in config.read(tmp_path, {}).items()} == DEFAULTS
    text = (tmp_path / "agglo.toml").read_text(encoding="utf-8")
    shown = tomllib.loads("\n".join(line[2:] for line in text.splitlines() if line.startswith("# ") and " = " in line))
    assert set(shown) == set(DEFAULTS)
    (tmp_path / "agglo.toml").write_text("\n".join(f"{k} = {v!r}" for k, v in shown.items()), encoding="utf-8")
    assert {one.value for one in config.read(tmp_path, {}).values()} == {*DEFAULTS.values(), 1.56} - {None}


def test_the_template_leaves_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "agglo.toml").write_text('location = "DE"', encoding="utf-8")
    config.write_template(tmp_path)
    assert (tmp_path / "agglo.toml").read_text(encoding="utf-8") == 'location = "DE"'


def test_a_file_overrides_defaults_and_a_variable_overrides_the_file(tmp_path: Path) -> None:
    settings = read(tmp_path, 'location = "DE"\npue = 1.2\nlanguage = "en"', AGGLO_LOCATION="ES", AGGLO_OTHER="x")
    changed = {
        "location": ("ES", "AGGLO_LOCATION"),
        "pue": (1.2, "agglo.toml"),
        "language": ("en", "agglo.toml"),
    }
    assert settings == {**{name: (value, "default") for name, value in DEFAULTS.items()}, **changed}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('visibility = "personal"', "one of public, draft, restricted"),
        ('visibility = "Public"', "one of public, draft, restricted"),
        ('address = "agglo.example.fr"', "an address that begins with https://"),
        ('address = "https://a.example/\\"onload"', "an address that begins with https://"),
        ("publisher = 1", "a text"),
        ("workers = 0", "a whole number from 1 to 256"),
        ("workers = 1.5", "a whole number from 1 to 256"),
        ("workers = true", "a whole number from 1 to 256"),
        ('upload_limit_mb = "many"', "a whole number from 1 to 100000"),
    ],
)
def test_a_setting_of_the_portal_that_cannot_be_used_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, text)
    assert [fault.expected for fault in caught.value.faults] == [expected]


def test_an_address_loses_its_last_slash(tmp_path: Path) -> None:
    assert read(tmp_path, 'address = "https://agglo.example.fr/"')["address"][0] == "https://agglo.example.fr"


def test_the_environment_is_that_of_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGLO_PUE", "1.5")
    assert config.read(tmp_path)["pue"].value == 1.5
    assert os.environ["AGGLO_LANGUAGE"] == config.read(tmp_path)["language"].value


@pytest.mark.parametrize(
    ("text", "value"), [("pue = 1", 1.0), ('pue = "1.4"', 1.4), ("pue = 10.0", 10.0), ('pue = ""', None)]
)
def test_a_pue(tmp_path: Path, text: str, value: float | None) -> None:
    assert read(tmp_path, text)["pue"][0] == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pue = 0.9", "agglo.toml: pue: found 0.9, expected a number from 1 to 10"),
        ("pue = nan", "pue: found nan"),
        ("pue = true", "pue: found True"),
        ('pue = "good"', "pue: found 'good'"),
        ("pue = []", "pue: found []"),
        ('platform = "moon"', "platform: found 'moon', expected one of personalComputer, localServer"),
        ('language = "de"', "language: found 'de', expected one of fr, en"),
        ('time_zone = "Europe/Orsay"', "expected a zone of the IANA table"),
        ('time_zone = "../../etc/passwd"', "expected a zone of the IANA table"),
        ("time_zone = 1", "expected a zone of the IANA table"),
        ('location = ""', "location: found '', expected a text"),
        ("location = 33", "location: found 33, expected a text"),
        ('locaton = "FR"', 'agglo.toml: locaton: expected a setting of agglo. Did you mean "location"?'),
        ("[store]\nx = 1", "agglo.toml: store: expected a setting of agglo"),
    ],
)
def test_a_wrong_setting_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match="These settings cannot be used") as error:
        read(tmp_path, text)
    assert said in str(error.value)


def test_all_wrong_settings_are_given_at_once_with_their_origin(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as error:
        read(tmp_path, 'pu = 1\npue = 99\nlanguage = "en"', AGGLO_PLATFORM="moon", AGGLO_LANGUAGE="de")
    assert {fault.where for fault in error.value.faults} == {
        "agglo.toml: pu",
        "AGGLO_PLATFORM: platform",
        "agglo.toml: pue",
        "AGGLO_LANGUAGE: language",
    }


@pytest.mark.parametrize("content", [b"location = ", b"\xff", b"a = 1\na = 2"])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "agglo.toml").write_bytes(content)
    with pytest.raises(InvalidInput, match=r"settings cannot be read.\n  - agglo.toml: found .*expected TOML"):
        config.read(tmp_path, {})


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "agglo.toml").mkdir()
    with pytest.raises(InvalidInput, match="settings cannot be read"):
        config.read(tmp_path, {})


def test_a_byte_order_mark_is_not_content(tmp_path: Path) -> None:
    (tmp_path / "agglo.toml").write_text('location = "DE"', encoding="utf-8-sig")
    assert config.read(tmp_path, {})["location"].value == "DE"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://tiles.example/{z}/{x}/{y}.png",
        "https://tiles.example/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&FORMAT=image/png",
    ],
)
def test_the_background_of_the_map_is_an_address_of_tiles(tmp_path: Path, address: str) -> None:
    assert read(tmp_path, f"map_background = '{address}'")["map_background"] == (address, "agglo.toml")


@pytest.mark.parametrize(
    "address",
    [
        "https://tiles.example/{z}/{x}.png",
        "ftp://tiles.example/{z}/{x}/{y}.png",
        "//tiles.example/{z}/{x}/{y}.png",
        "https://tiles.example; script-src */{z}/{x}/{y}",
        "https://tiles.example,https://other.example/{z}/{x}/{y}",
    ],
)
def test_what_is_not_an_address_of_tiles_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(InvalidInput, match="map_background"):
        read(tmp_path, f"map_background = '{address}'")
