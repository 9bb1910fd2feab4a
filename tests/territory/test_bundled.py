"""The bundled territory against what its sources publish."""

import csv
from pathlib import Path

import pytest

from agglo.territory.bundled import BUNDLED, DATA_FOLDER, bundled
from agglo.territory.codes import is_siren
from agglo.territory.communes import Territory
from agglo.territory.outlines import parts

FACTS = Path(__file__).parents[3] / "shared" / "facts" / "paris-saclay"


@pytest.fixture
def saclay() -> Territory:
    return bundled("200056232")


def test_paris_saclay_is_the_default() -> None:
    assert next(iter(BUNDLED)) == "200056232"


def test_identity(saclay: Territory) -> None:
    assert saclay.siren == "200056232"
    assert saclay.name == "Communauté d'agglomération Paris-Saclay"
    assert saclay.year == 2025
    assert "Etalab" in saclay.source
    assert "IGN" in saclay.source
    assert saclay.licence == "Licence Ouverte 2.0"


def test_communes_and_codes(saclay: Territory) -> None:
    assert len(saclay.communes) == 27
    assert {(one.region, one.department) for one in saclay.communes} == {("11", "91")}
    sirens = {one.insee: one.siren or "" for one in saclay.communes}
    assert all(is_siren(siren) for siren in sirens.values())
    assert all(siren[2:8] == f"{insee[:2]}0{insee[2:]}" for insee, siren in sirens.items())


def test_populations_in_force_in_2025(saclay: Territory) -> None:
    assert saclay.population_municipale == 319_695
    assert sum(one.population_totale or 0 for one in saclay.communes) == 323_618
    assert all((one.population_totale or 0) >= (one.population_municipale or 0) > 0 for one in saclay.communes)


def test_areas_are_those_of_the_communes(saclay: Territory) -> None:
    """The EPCI measures about 186.9 km2; its largest commune is Marcoussis, its smallest Vauhallan or Montlhéry."""
    assert saclay.area_ha == pytest.approx(18_690, rel=0.002)
    by_area = sorted(saclay.communes, key=lambda one: one.area_ha)
    assert {one.name for one in by_area[:2]} == {"Vauhallan", "Montlhéry"}
    assert by_area[-1].name == "Marcoussis"
    assert by_area[0].area_ha > 300


def test_outlines_are_simple_closed_and_around_their_centre(saclay: Territory) -> None:
    for one in saclay.communes:
        assert len(parts(one.rings)) == len(one.rings) == 1
        points = one.rings[0].points
        assert points[0] == points[-1]
        assert len(set(points)) == len(points) - 1
        west, south, east, north = one.bounds
        assert west < one.longitude < east
        assert south < one.latitude < north


def test_outlines_tile_the_territory_without_overlap(saclay: Territory) -> None:
    import shapely

    from agglo.territory.outlines import to_wkb

    shapes = [shapely.from_wkb(to_wkb(one)) for one in saclay.communes]
    union = shapely.union_all(shapes)
    assert union.geom_type == "Polygon"
    assert union.area == pytest.approx(sum(shape.area for shape in shapes), rel=1e-4)


def test_tables_state_their_sources_and_licence() -> None:
    readme = (DATA_FOLDER / "paris-saclay" / "README.md").read_text(encoding="utf-8")
    assert "Etalab" in readme
    assert "IGN, Admin Express, edition 2018" in readme
    assert readme.count("Licence Ouverte") >= 2


@pytest.mark.shared
@pytest.mark.skipif(not FACTS.is_dir(), reason="the figures the tables were carried over from are not on this machine")
def test_tables_equal_the_figures_they_were_carried_over_from(saclay: Territory) -> None:
    with (FACTS / "outlines.csv").open(encoding="utf-8", newline="") as file:
        given = [(row["insee"], float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)]
    ours = [(one.insee, *point) for one in saclay.communes for point in one.rings[0].points]
    assert sorted(ours) == sorted(given)
    for one in saclay.communes:
        assert [row[1:] for row in ours if row[0] == one.insee] == [row[1:] for row in given if row[0] == one.insee]
    with (FACTS / "communes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [
        (
            row["insee"],
            row["name"],
            row["siren"],
            int(row["population_municipale"]),
            int(row["population_totale"]),
            float(row["centroid_lon"]),
            float(row["centroid_lat"]),
        )
        for row in rows
    ] == [
        (one.insee, one.name, one.siren, one.population_municipale, one.population_totale, one.longitude, one.latitude)
        for one in saclay.communes
    ]
