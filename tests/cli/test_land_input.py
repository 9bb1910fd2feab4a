"""Bad input for ``land.sinks`` from the command line, end to end: the place and the repair are always named."""

import shutil
from pathlib import Path

import pytest

from agglo import cli

from .conftest import Agglo, described

COMMUNES = {
    "91272": "91272,Gif-sur-Yvette,200056232,100,11,1_2,B4",
    "91477": "91477,Palaiseau,200056232,200,11,2_2,B4",
}
HEADERS = {
    "communes": "insee,name,epci_siren,area_ha,region,soil_zone,forest_group",
    "cover": "insee,class,area_ha",
    "changes": "insee,clc_from,clc_to,area_ha",
}
SCHEMAS = {"communes": "land-communes", "cover": "land-cover", "changes": "land-cover-changes"}
GOOD = {
    "communes": list(COMMUNES.values()),
    "cover": ["91272,cropland,60", "91272,artificial_sealed,40", "91477,cropland,200"],
    "changes": ["91272,211,112,6"],
}
ASK = ["run", "land.sinks", "--input", "land_cover=cover", "--input", "changes=changes", "--input", "communes=communes"]


def _add(name: str, lines: list[str], folder: Path) -> list[str]:
    """Write a table; the answer is the words that keep it."""
    file = folder / f"{name}.csv"
    file.write_text("\n".join([HEADERS[name], *lines]) + "\n")
    return [str(word) for word in described(file, SCHEMAS[name])]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that holds three good tables."""
    folder = tmp_path_factory.mktemp("land")
    for name, lines in GOOD.items():
        assert cli.run([*_add(name, lines, folder), "--workspace", str(folder / "workspace")]) == 0
    return folder / "workspace"


@pytest.fixture
def ask(good: Path, agglo: Agglo, tmp_path: Path) -> Agglo:
    """Add tables whose rows are replaced and ask the model; the answer is that of the first command refused."""
    shutil.copytree(good, tmp_path / "workspace")

    def put(*words: str, **rows: list[str]) -> object:
        for name, lines in rows.items():
            said = agglo(*_add(name, lines, tmp_path))
            if said.code:
                return said
        return agglo(*ASK, *words)

    return put


def test_good_tables_are_answered(ask: Agglo) -> None:
    said = ask()
    assert said.code == 0, said.err
    assert "Palaiseau" in said.out
    assert "Only 2 communes are counted" in said.out


@pytest.mark.parametrize(
    ("rows", "messages"),
    [
        (
            {"communes": [COMMUNES["91272"], COMMUNES["91272"]]},
            ["row", "91272", "communes.csv"],
        ),
        (
            {"communes": [COMMUNES["91272"].replace("1_2", ""), COMMUNES["91477"]]},
            ["line 2", "soil_zone"],
        ),
        (
            {"communes": [COMMUNES["91272"].replace("1_2", "9_9"), COMMUNES["91477"]]},
            ["line 2", "soil_zone", '"9_9"'],
        ),
        ({"cover": ["91272,cropland,-60"]}, ["line 2", "area_ha", "-60"]),
        ({"changes": ["91272,211,112,-6"]}, ["line 2", "area_ha", "-6"]),
        ({"changes": ["91272,211,999,6"]}, ["line 2", "clc_to", '"999"']),
    ],
    ids=["a commune twice", "no soil zone", "unknown soil zone", "negative area", "negative change", "unknown code"],
)
def test_refused_when_the_file_is_added(rows: dict[str, list[str]], messages: list[str], ask: Agglo) -> None:
    said = ask(**rows)
    assert (said.code, said.out) == (2, "")
    for message in messages:
        assert message in said.err


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            {"cover": [*GOOD["cover"], "91273,cropland,1"]},
            "land_cover, row 4, 91273 cropland: found 91273, expected a code of the table communes. Did you mean",
        ),
        (
            {"changes": ["91999,211,112,6"]},
            "changes, row 1, 91999 211 to 112: found 91999, expected a code of the table communes.",
        ),
        (
            {"cover": ["91272,cropland,1000", "91477,cropland,200"]},
            "land_cover, row 1, 91272 cropland: found 1000.00 ha, expected at most 100.00 ha, the area of "
            "Gif-sur-Yvette. Check the unit: areas are in hectares.",
        ),
        (
            {"changes": ["91272,211,112,600"]},
            "found 600.00 ha, expected at most 100.00 ha, the area of Gif-sur-Yvette.",
        ),
        ({"cover": ["91272,cropland,60"]}, "land_cover, 91477: found no row, expected the land cover of each commune"),
    ],
    ids=["unknown commune", "unknown commune of a change", "area too large", "change too large", "no land cover"],
)
def test_refused_when_the_model_reads_the_tables(rows: dict[str, list[str]], message: str, ask: Agglo) -> None:
    said = ask(**rows)
    assert said.code == 1
    text = " ".join(said.out.split())
    assert "No answer: These tables cannot be used together." in text
    assert message in text


@pytest.mark.parametrize(
    ("override", "code", "message"),
    [
        ('{"91999": {"cropland": 1}}', 1, "area_overrides, 91999 cropland: found 91999, expected a code of the"),
        ('{"91272": {"cropland": -1}}', 2, "--set area_overrides.91272.cropland: found -1, expected at least 0"),
        ('{"91272": {"crops": 1}}', 2, "--set area_overrides.91272.crops"),
        (
            '{"91272": {"cropland": 5000}}',
            1,
            "found 5000.00 ha, expected at most 100.00 ha, the area of Gif-sur-Yvette",
        ),
        ('{"91272": {"cropland": 1}, "91272": {}}', 2, "--set area_overrides: found 91272, expected each name once"),
        ("91272", 2, "--set area_overrides: "),
    ],
)
def test_overrides_that_cannot_be_used(override: str, code: int, message: str, ask: Agglo) -> None:
    said = ask("--set", f"area_overrides={override}")
    assert said.code == code
    assert message in " ".join((said.out if code == 1 else said.err).split())
