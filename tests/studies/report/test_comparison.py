from dataclasses import replace

import pytest

from agglo.contract.errors import InvalidInput
from agglo.contract.indicators import Indicator
from agglo.studies.report import comparison
from agglo.studies.report.comparison import LabelledRun, Row
from agglo.territory.communes import Territory

from .conftest import FLUXES, SIREN, Keep, indicators


def test_values_and_differences_by_commune_and_in_all(runs: list[LabelledRun], territory: Territory) -> None:
    flux = next(one for one in comparison.compare(runs, territory) if one.term.id == "land.carbon-flux")
    assert [row.values for row in flux.rows] == [(value, value / 2) for value in FLUXES]
    assert flux.total is not None
    assert flux.total.differences == (pytest.approx(-sum(FLUXES) / 2),)
    assert sum(row.differences[0] for row in flux.rows) == pytest.approx(flux.total.differences[0], abs=1e-9)
    assert flux.differ
    assert flux.period == "yearly mean 2012-2018"


def test_indicators_come_in_the_order_of_the_vocabulary(runs: list[LabelledRun], territory: Territory) -> None:
    names = [one.term.id for one in comparison.compare(runs, territory)]
    assert names == ["land.carbon-stock", "land.carbon-flux", "land.uncounted-area"]


def test_differences_are_of_unrounded_values() -> None:
    assert Row("x", "x", (0.449, 0.551)).differences == (pytest.approx(0.102),)


def test_what_is_not_known_has_no_difference_and_is_not_zero() -> None:
    row = Row("x", "x", (None, 2.0))
    assert row.differences == (None,)
    assert not row.zero
    assert Row("x", "x", (0.0, 0.0)).zero


def test_zero_reads_zero_and_nearly_zero_says_so(runs: list[LabelledRun], territory: Territory) -> None:
    flux = comparison.compare(runs, territory)[1]
    assert [flux.figure(value) for value in FLUXES] == ["≈\u00a00", "−12", "0", "−100", "30", "−500"]
    assert flux.quantity(None) == "no data"


def test_figures_are_those_of_french_in_french(
    runs: list[LabelledRun], territory: Territory, monkeypatch: pytest.MonkeyPatch
) -> None:
    flux = comparison.compare(runs, territory)[1]
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    assert flux.quantity(-1234.5) == "−1\u202f234\u00a0tCO₂/an"


def test_the_first_indicator_that_differs_leads(runs: list[LabelledRun], territory: Territory) -> None:
    compared = comparison.compare(runs, territory)
    assert comparison.main_of(compared).term.id == "land.carbon-flux"
    alone = comparison.compare(runs[:1], territory)
    assert comparison.main_of(alone).term.id == "land.carbon-stock"


def test_causes_are_those_of_the_territory_with_their_sources(runs: list[LabelledRun], territory: Territory) -> None:
    stock, flux, _area = comparison.compare(runs, territory)
    assert [one.name for one in flux.causes] == ["land take", "to forest", "to wetland"]
    assert flux.causes[0].values == (pytest.approx(1.25 * sum(FLUXES)), pytest.approx(0.625 * sum(FLUXES)))
    assert [one.zero for one in flux.causes] == [False, False, True]
    assert flux.sources == ("A method",)
    assert (stock.causes, stock.sources) == ((), ())


def test_an_unknown_value_stays_unknown(keep: Keep, territory: Territory) -> None:
    found = [replace(one, value=None) if one.place == "91001" else one for one in indicators()]
    stock = comparison.compare([keep("a", found)], territory)[0]
    assert stock.rows[0].values == (None,)


def test_no_territory_value_is_not_made_up(keep: Keep, territory: Territory) -> None:
    found = [one for one in indicators() if one.place != SIREN]
    assert comparison.compare([keep("a", found)], territory)[0].total is None


def test_every_fault_is_told_at_once(keep: Keep, territory: Territory) -> None:
    foreign = Indicator(name="land.take", value=1.0, unit="ha/yr", place="75056", year=2018)
    wrong = [keep("same"), keep("same", [foreign]), keep("failed", state="failed")]
    with pytest.raises(InvalidInput) as caught:
        comparison.check(wrong, territory)
    told = " ".join(map(str, caught.value.faults))
    assert "given 2 times" in told
    assert "75056" in told
    assert "a failed run" in told


def test_other_places_are_refused(keep: Keep, territory: Territory) -> None:
    fewer = [one for one in indicators() if one.place != "91002"]
    with pytest.raises(InvalidInput) as caught:
        comparison.check([keep("whole"), keep("part", fewer)], territory)
    assert "91002" in str(caught.value.faults[0])


def test_other_years_are_refused(keep: Keep, territory: Territory) -> None:
    later = [replace(one, year=one.year + 1) for one in indicators()]
    with pytest.raises(InvalidInput, match="cannot be compared"):
        comparison.compare([keep("a"), keep("b", later)], territory)


def test_no_run_is_refused(territory: Territory) -> None:
    with pytest.raises(InvalidInput) as caught:
        comparison.check([], territory)
    assert "no run" in str(caught.value.faults[0])
