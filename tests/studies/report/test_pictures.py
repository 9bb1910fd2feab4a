from dataclasses import replace

from agglo.studies.report import comparison, pictures
from agglo.studies.report.classes import ZERO
from agglo.studies.report.comparison import Compared, LabelledRun
from agglo.studies.report.maps import drawing
from agglo.territory.communes import Territory

from .conftest import NAMES, Keep, indicators


def compared_of(runs: list[LabelledRun], territory: Territory, name: str) -> Compared:
    return next(one for one in comparison.compare(runs, territory) if one.term.id == name)


def test_a_map_by_run_and_one_of_the_difference(runs: list[LabelledRun], territory: Territory) -> None:
    flux = compared_of(runs, territory, "land.carbon-flux")
    found = pictures.maps_of(flux, runs, drawing(territory), "m")
    assert [one.caption for one in found] == ["As observed", "Halved", "Difference: Halved, minus As observed"]
    assert [one.id for one in found] == ["m-0", "m-1", "m-d0"]
    assert [area.tip for area in found[0].areas][:3] == [
        "Alnay: ≈\u00a00\u00a0tCO₂/yr",
        "Bois-le-Comte: −12\u00a0tCO₂/yr",
        "Cormes: 0\u00a0tCO₂/yr",
    ]
    assert found[2].areas[1].tip == "Bois-le-Comte: +6\u00a0tCO₂/yr"
    assert found[0].areas[2].fill == ZERO
    assert sum(key.count for key in found[0].keys) == len(NAMES)
    assert "Lowest: Zuy (−500" in found[0].description


def test_one_map_where_all_runs_agree(runs: list[LabelledRun], territory: Territory) -> None:
    stock = compared_of(runs, territory, "land.carbon-stock")
    assert len(pictures.maps_of(stock, runs, drawing(territory), "m")) == 1


def test_few_values_need_no_map(runs: list[LabelledRun], territory: Territory) -> None:
    area = compared_of(runs, territory, "land.uncounted-area")
    assert pictures.maps_of(area, runs, drawing(territory), "m") == []


def test_what_is_not_known_is_hatched_and_in_the_legend(keep: Keep, territory: Territory) -> None:
    found = [replace(one, value=None) if one.place == "91001" else one for one in indicators()]
    runs = [keep("a", found)]
    (picture,) = pictures.maps_of(compared_of(runs, territory, "land.carbon-stock"), runs, drawing(territory), "m")
    assert picture.areas[0].fill == pictures.HATCH
    assert picture.areas[0].tip == "Alnay: no data"
    assert (picture.keys[-1].label, picture.keys[-1].count) == ("no data", 1)
