"""What comes with agglo: every row has a source, and figures are those that were published."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from agglo.catalogue import bundles, known_schemas
from agglo.catalogue.datasets import Dataset
from agglo.contract.errors import NotFound
from agglo.models.water.town import files as town
from agglo.store.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[2]
BUNDLED = ROOT / "agglo" / "catalogue" / "bundled"
PUBLISHED = ROOT / "tests" / "published"
NAMES = sorted(path.name for path in BUNDLED.iterdir() if path.is_dir())
PLAN = "climate-plan-2019-2024.csv"
STRASBOURG_SECTORS = {
    "residential": ("cae_1.c", "cae_2.e"),
    "tertiary": ("cae_1.d", "cae_2.f"),
    "other-transport": ("cae_1.f", ""),
    "agriculture": ("cae_1.g", "cae_2.i"),
    "waste": ("cae_1.h", "cae_2.j"),
    "industry": ("cae_1.i", ""),
    "energy-industry": ("cae_1.j", ""),
}

Rows = list[dict[str, str]]


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def described(bundle: str) -> list[dict[str, object]]:
    content = yaml.safe_load((BUNDLED / bundle / "bundle.yaml").read_text(encoding="utf-8"))
    found: list[dict[str, object]] = content["datasets"]
    return found


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Workspace:
    return open_workspace(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def strasbourg() -> Mapping[str, dict[str, str]]:
    return {row["id"]: row for row in rows_of(PUBLISHED / "strasbourg-cae.csv")}


def test_the_bundles_there_are() -> None:
    assert bundles.names() == NAMES == ["actions", "clairvane", "national", "paris-saclay", "strasbourg"]


@pytest.mark.parametrize("bundle", NAMES)
def test_a_bundle_becomes_datasets(bundle: str, workspace: Workspace) -> None:
    added = bundles.add(workspace, bundle)
    assert [*added] == [one["name"] for one in described(bundle)]
    for name, one in added.items():
        assert isinstance(one, Dataset)
        assert one.name == name
        assert one.description["caveats"]


def test_an_unknown_bundle_is_named_with_the_nearest(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match='Did you mean "strasbourg"'):
        bundles.add(workspace, "strasburg")


@pytest.mark.parametrize("bundle", NAMES)
def test_every_file_is_described_in_both_languages(bundle: str) -> None:
    found = described(bundle)
    if bundle != "clairvane":
        assert {one["file"] for one in found} == {path.name for path in (BUNDLED / bundle).glob("*.csv")}
    for one in found:
        known_schemas.find(str(one["schema"]))
        for text in (one["title"], *one["caveats"]):  # type: ignore[misc]
            assert set(text) == {"fr", "en"}
        assert all(one[name] for name in ("licence", "owner", "source", "attribution"))


def test_the_made_up_town_is_read_from_the_files_of_its_models(workspace: Workspace) -> None:
    found = described("clairvane")
    named = {name for one in found for name in one.get("files", [one.get("file")])}  # type: ignore[attr-defined]
    assert {path.name for path in town.BUNDLED.iterdir()} - named == {"clairvane.yaml", "clairvane-leaks-put-in.csv"}
    added = bundles.add(workspace, "clairvane", ["clairvane-readings"])["clairvane-readings"]
    sensors = set(added.table()["sensor"].to_pylist())
    assert {"Q_SOURCE", "EV-IDX-01"} <= sensors, "of both operators"
    for one in found:
        assert "ville inventée (pas Paris-Saclay)" in one["title"]["fr"]  # type: ignore[index]
        assert "made-up town (not Paris-Saclay)" in one["title"]["en"]  # type: ignore[index]
        assert one["caveats"][0]["fr"].startswith("Ville inventée, pas Paris-Saclay.")  # type: ignore[index]


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(BUNDLED.glob("*/*.csv")) if "source" in rows_of(path)[0]],
    ids=lambda path: path.stem,
)
def test_every_row_has_a_source_and_says_how_it_is_known(path: Path) -> None:
    for row in rows_of(path):
        assert row["source"].strip()
        assert row.get("quality", row.get("status"))


def test_targets_of_the_plan_as_published() -> None:
    found = {row["quantity"]: row for row in rows_of(BUNDLED / "paris-saclay" / PLAN)}
    assert {name: (row["kind"], float(row["value"]), row["unit"], row["year"]) for name, row in found.items()} == {
        "emissions": ("change", -34, "%", "2030"),
        "energy": ("change", -24, "%", "2030"),
        "renewable-share": ("level", 20, "%", "2030"),
    }
    assert {row["reference_year"] for row in found.values()} == {"2012", ""}
    assert {row["status"] for row in found.values()} == {"plan 2019-2024"}


def test_shares_of_emissions_as_published_add_up() -> None:
    rows = rows_of(BUNDLED / "paris-saclay" / "emission-shares-2012.csv")
    shares = {row["group"]: float(row["share"]) for row in rows}
    assert shares == {"transport": 0.39, "buildings": 0.46, "other": 0.15}
    assert sum(shares.values()) == pytest.approx(1)


def test_the_inventory_of_strasbourg_is_the_tools_base_year(strasbourg) -> None:
    rows = rows_of(BUNDLED / "strasbourg" / "strasbourg-inventory.csv")
    assert {(row["year"], row["quality"], row["boundary"], row["carrier"]) for row in rows} == {
        ("2015", "modelled", "scope-1-2", "all")
    }
    for row in rows:
        series = row["source"].split("series ")[1].removesuffix(", 2015")
        assert float(row["value"]) == float(strasbourg[series]["2015"])
        assert series.startswith("cae_2." if row["substance"] == "energy" else "cae_1.")
    assert len({row["source"] for row in rows}) == len(rows)


def test_totals_and_details_of_the_inventory_agree() -> None:
    rows = rows_of(BUNDLED / "strasbourg" / "strasbourg-inventory.csv")
    for sector, substance in {(row["sector"], row["substance"]) for row in rows}:
        mine = [row for row in rows if (row["sector"], row["substance"]) == (sector, substance)]
        whole = [float(row["value"]) for row in mine if row["subsector"] == "all"]
        parts = [float(row["value"]) for row in mine if row["subsector"] != "all"]
        if whole and parts:
            assert sum(parts) == pytest.approx(whole[0], rel=0.005)


def test_the_whole_trajectory_of_strasbourg_is_the_tools(strasbourg) -> None:
    rows = rows_of(BUNDLED / "strasbourg" / "strasbourg-snbc-2.csv")
    values = {(row["quantity"], row["sector"], row["year"]): float(row["value"]) for row in rows}
    assert len(values) == len(rows) == 14 * 36
    for year in map(str, range(2015, 2051)):
        for sector, (emissions, energy) in STRASBOURG_SECTORS.items():
            assert values["emissions", sector, year] == float(strasbourg[emissions][year])
            if energy:
                assert values["energy", sector, year] == float(strasbourg[energy][year])
        assert values["emissions", "transport", year] == float(strasbourg["cae_1.k"][year])
        road = values["emissions", "road-transport", year]
        assert road == float(strasbourg["cae_1.ea"][year]) + float(strasbourg["cae_1.eb"][year])
        parts = [values["emissions", sector, year] for sector in (*STRASBOURG_SECTORS, "road-transport")]
        assert values["emissions", "all", year] == sum(parts)


def test_horizons_are_rows_of_the_whole_trajectory() -> None:
    whole = rows_of(BUNDLED / "strasbourg" / "strasbourg-snbc-2.csv")
    horizons = rows_of(BUNDLED / "strasbourg" / "strasbourg-snbc-2-horizons.csv")
    assert {row["year"] for row in horizons} == {"2030", "2036", "2050"}
    assert all(row in whole for row in horizons)


def test_actions_are_labelled_assumed_and_have_no_units_in_the_library() -> None:
    library = rows_of(BUNDLED / "actions" / "actions-library.csv")
    assumed = rows_of(BUNDLED / "strasbourg" / "strasbourg-actions.csv")
    assert {row["quality"] for row in (*library, *assumed)} == {"assumed"}
    assert {float(row["units"]) for row in library} == {0}
    assert all(float(row["units"]) > 0 for row in assumed)
    assert [row["action"] for row in assumed] == [row["action"] for row in library]
    assert {row["carrier"] for row in assumed} == {"all"}
    assert all("assumed" in row["source"] for row in (*library, *assumed))


def test_effects_and_costs_are_ranges() -> None:
    for row in rows_of(BUNDLED / "actions" / "actions-library.csv"):
        for name in ("emissions", "energy", "cost"):
            given = [row[f"{name}_{bound}"] for bound in ("low", "central", "high")]
            low, central, high = (float(one or "nan") for one in given)
            assert low <= central <= high or not any(given)


def test_an_effect_is_what_its_source_says() -> None:
    """Gas that a retrofit saves, at 0.215 kgCO2e/kWh; oil less electricity of a heat pump, 0.324 and 0.079."""
    found = {row["action"]: row for row in rows_of(BUNDLED / "actions" / "actions-library.csv")}
    house, pump = found["retrofit-houses"], found["heat-pumps-for-oil"]
    assert float(house["emissions_central"]) == pytest.approx(float(house["energy_central"]) * 0.215, rel=5e-3)
    assert float(pump["emissions_central"]) == pytest.approx(15 * 0.324 - 15 / 3 * 0.079, rel=5e-3)
