"""The tables of Paris-Saclay that become datasets, against the territory and the published totals."""

import csv
from collections import Counter
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from agglo.territory.perimeters import load

TABLES = Path(str(files("agglo.catalogue"))) / "bundled" / "paris-saclay"
FACTS = Path(__file__).parents[3] / "shared" / "facts" / "paris-saclay"
CLASSES = {
    "A_a": "artificial_wooded",
    "A_h": "artificial_grassed",
    "A_i": "artificial_sealed",
    "C": "cropland",
    "C_t": "temporary_grassland",
    "C_ve": "orchard",
    "C_vi": "vineyard",
    "F_c": "forest_conifer",
    "F_f": "forest_broadleaf",
    "F_m": "forest_mixed",
    "F_p": "poplar",
    "H_a": "wetland",
    "H_n": "water",
    "O": "other",
    "P_a": "grassland_wooded",
    "P_h": "grassland_herbaceous",
    "P_m": "grassland_shrub",
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def bundle() -> list[dict[str, Any]]:
    described: list[dict[str, Any]] = yaml.safe_load((TABLES / "bundle.yaml").read_text(encoding="utf-8"))["datasets"]
    return described


def test_the_bundle_describes_every_table_and_no_other(bundle: list[dict[str, Any]]) -> None:
    assert sorted(one["file"] for one in bundle) == sorted(path.name for path in TABLES.glob("*.csv"))
    assert [one["schema"] for one in bundle] == [
        "land-cover",
        "land-cover-changes",
        "land-communes",
        "climate-shares",
        "climate-pathways",
    ]


@pytest.mark.parametrize("key", ["name", "title", "licence", "source", "owner", "year", "attribution", "caveats"])
def test_the_bundle_leaves_nothing_undeclared(bundle: list[dict[str, Any]], key: str) -> None:
    assert all(one[key] for one in bundle)


def test_titles_and_caveats_are_in_both_languages(bundle: list[dict[str, Any]]) -> None:
    for one in bundle:
        assert all(set(text) == {"fr", "en"} for text in (one["title"], *one["caveats"]))


def test_land_cover_is_complete_and_totals_as_published() -> None:
    cover = rows(TABLES / "land-cover-2023.csv")
    assert Counter((row["insee"], row["class"]) for row in cover) == Counter(
        (code, name) for code in load().codes for name in CLASSES.values()
    )
    assert {row["citepa_class"]: row["class"] for row in cover} == CLASSES
    total = sum(Decimal(row["area_ha"]) for row in cover)
    assert total == Decimal("18690.248")
    assert round(total, 1) == Decimal("18690.2")
    assert min(Decimal(row["area_ha"]) for row in cover) == 0


@pytest.mark.parametrize("insee", load().codes)
def test_land_cover_closes_with_the_outline_within_two_percent(insee: str) -> None:
    cover = sum(float(row["area_ha"]) for row in rows(TABLES / "land-cover-2023.csv") if row["insee"] == insee)
    assert cover == pytest.approx(load().commune(insee).area_ha, rel=0.02)


@pytest.mark.parametrize(
    ("insee", "letters", "published"),
    [
        ("91122", "A_a", "66.33824400"),
        ("91122", "F_f", "122.00"),
        ("91136", "A_h", "76.71860850"),
        ("91161", "A_i", "310.97777850"),
    ],
)
def test_land_cover_is_the_published_figure_to_the_thousandth(insee: str, letters: str, published: str) -> None:
    """Aldo, data/dataByCommune/citepa-surfaces-2023.csv, commit ba3a6718."""
    [row] = [
        row for row in rows(TABLES / "land-cover-2023.csv") if (row["insee"], row["citepa_class"]) == (insee, letters)
    ]
    assert abs(Decimal(row["area_ha"]) - Decimal(published)) <= Decimal("0.0005")


def test_changes_are_between_two_classes_and_total_as_published() -> None:
    changes = rows(TABLES / "land-cover-changes-2012-2018.csv")
    assert len(changes) == 32
    assert sum(Decimal(row["area_ha"]) for row in changes) == Decimal("295.03365900224716758")
    assert all(row["clc_from"] != row["clc_to"] for row in changes)
    assert all(len(row[key]) == 3 and row[key].isdigit() for row in changes for key in ("clc_from", "clc_to"))
    assert load().validate_codes({row["insee"] for row in changes}) == []


def test_repeated_changes_are_kept_apart_and_told(bundle: list[dict[str, Any]]) -> None:
    changes = Counter(
        (row["insee"], row["clc_from"], row["clc_to"]) for row in rows(TABLES / "land-cover-changes-2012-2018.csv")
    )
    repeated = {change for change, count in changes.items() if count > 1}
    assert repeated == {("91272", "211", "133"), ("91689", "231", "124")}
    told = " ".join(caveat["en"] for caveat in bundle[1]["caveats"])
    assert "91272" in told
    assert "91689" in told


def test_communes_are_those_of_the_territory() -> None:
    communes = rows(TABLES / "communes.csv")
    assert [(row["insee"], row["name"], int(row["population"]), row["region"]) for row in communes] == [
        (one.insee, one.name, one.population_municipale, one.region) for one in load().communes
    ]
    assert {row["insee"] for row in communes if row["soil_zone"] == "1_2"} == {"91122", "91272", "91477", "91538"}
    assert {row["soil_zone"] for row in communes} == {"1_2", "2_2"}
    assert {(row["forest_greco"], row["forest_group"]) for row in communes} == {("B", "B4")}


@pytest.mark.shared
@pytest.mark.skipif(not FACTS.is_dir(), reason="the figures the tables were carried over from are not on this machine")
@pytest.mark.parametrize(
    ("table", "facts", "columns"),
    [
        (
            "land-cover-2023.csv",
            "land_cover_2023.csv",
            {"insee": "insee", "class": "class", "citepa_class": "citepa_class", "area_ha": "area_ha"},
        ),
        (
            "land-cover-changes-2012-2018.csv",
            "clc_changes_2012_2018.csv",
            {"insee": "insee", "clc_from": "clc_2012", "clc_to": "clc_2018", "area_ha": "area_ha"},
        ),
        (
            "communes.csv",
            "communes.csv",
            {
                "insee": "insee",
                "name": "name",
                "population": "population_municipale",
                "soil_zone": "aldo_zpc",
                "forest_greco": "forest_greco",
                "forest_group": "forest_groupeser",
            },
        ),
    ],
)
def test_every_digit_is_carried_over(table: str, facts: str, columns: dict[str, str]) -> None:
    ours = [tuple(row[column] for column in columns) for row in rows(TABLES / table)]
    assert ours == [tuple(row[column] for column in columns.values()) for row in rows(FACTS / facts)]
