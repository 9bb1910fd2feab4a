"""The model as a whole: the 27 communes, what must hold, and the same answer from a worker on a copy of its code."""

import json
import math
import shutil
import subprocess
import sys
from math import fsum
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agglo.contract import card, indicators, protocol
from agglo.contract.errors import InvalidInput
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.model import schema_of
from agglo.models.land import aldo, factors, figures, results, sinks, tables

from .conftest import PARIS_SACLAY, change, commune, cover, flux_tc, value, write_inputs

GOLDEN = Path(__file__).parent / "golden"
CASES = {
    "observed": {},
    "land-take-halved": {"land_take_factor": 0.5},
    "all-new-land-sealed": {"sealed_share": 1.0},
    "temporary-grassland-as-grassland": {"temporary_grassland": "grassland_herbaceous"},
    "palaiseau-park": {"area_overrides": {"91477": {"cropland": 48.25, "artificial_wooded": 175.953}}},
}


@pytest.mark.parametrize("case", CASES)
def test_golden_answer_for_paris_saclay(case: str, ask, paris_saclay, update_golden: bool) -> None:
    outcome = ask(paris_saclay, **CASES[case])
    answer = {
        "parameters": CASES[case],
        "indicators": {
            " ".join(filter(None, (one.place, one.name, one.sector))): one.value for one in outcome.indicators
        },
        "notes": outcome.notes,
    }
    path = GOLDEN / f"{case}.json"
    if update_golden:
        path.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert answer["notes"] == kept["notes"]
    assert answer["indicators"] == pytest.approx(kept["indicators"], rel=1e-9, abs=1e-9)


def test_paris_saclay_agrees_with_an_independent_computation(ask, paris_saclay) -> None:
    """About 34.4 ha/yr, -1,043 tCO2/yr and 1.483 MtC were obtained apart, from the same tables."""
    outcome = ask(paris_saclay)
    assert value(outcome, "land.take", PARIS_SACLAY) == pytest.approx(34.4, abs=0.05)
    assert value(outcome, "land.carbon-flux", PARIS_SACLAY) == pytest.approx(-1043, abs=0.5)
    assert value(outcome, "land.carbon-stock", PARIS_SACLAY) == pytest.approx(1.483e6, abs=500)
    assert value(outcome, "land.uncounted-area", PARIS_SACLAY) == 1.25
    covered = fsum(outcome.tables["stocks"].column("area_ha").to_pylist())
    assert covered == pytest.approx(18_690.2, abs=0.1)


def test_half_the_land_take_halves_its_flux(ask, paris_saclay) -> None:
    observed, halved = ask(paris_saclay), ask(paris_saclay, land_take_factor="50 %")
    for name, sector in (("land.take", ""), ("land.carbon-flux", "land-take")):
        assert value(halved, name, PARIS_SACLAY, sector) == pytest.approx(
            value(observed, name, PARIS_SACLAY, sector) / 2
        )
    assert value(halved, "land.carbon-stock", PARIS_SACLAY) == value(observed, "land.carbon-stock", PARIS_SACLAY)


@pytest.mark.parametrize("parameters", CASES.values(), ids=CASES)
def test_communes_add_up_to_the_territory(parameters, ask, paris_saclay) -> None:
    outcome = ask(paris_saclay, **parameters)
    whole = {(one.name, one.sector): one.value for one in outcome.indicators if one.place == PARIS_SACLAY}
    assert len(whole) == 11
    for (name, sector), total in whole.items():
        parts = [
            one.value
            for one in outcome.indicators
            if (one.name, one.sector) == (name, sector) and one.place != PARIS_SACLAY
        ]
        assert len(parts) == 27
        assert fsum(parts) == pytest.approx(total, rel=1e-9, abs=1e-9)


def test_causes_add_up_to_the_flux(ask, paris_saclay) -> None:
    outcome = ask(paris_saclay)
    for place in ("91661", PARIS_SACLAY):
        by_cause = [value(outcome, "land.carbon-flux", place, cause) for cause in aldo.CAUSES]
        assert fsum(by_cause) == pytest.approx(value(outcome, "land.carbon-flux", place), rel=1e-9)


def test_indicators_can_be_kept(ask, small) -> None:
    outcome = ask(small)
    indicators.check(outcome.indicators)
    stock = next(one for one in outcome.indicators if one.name == "land.carbon-stock")
    flux = next(one for one in outcome.indicators if one.name == "land.carbon-flux")
    assert (stock.year, stock.since, stock.quality) == (2023, None, "modelled")
    assert (flux.year, flux.since, flux.unit) == (2018, 2012, "tCO2/yr")


def test_two_communes_by_hand(ask, small) -> None:
    outcome = ask(small)
    assert value(outcome, "land.carbon-stock", "91001") == pytest.approx(60 * 36 + 40 * (47 + 9 + 107.21))
    assert value(outcome, "land.carbon-stock", "91002") == pytest.approx(100 * (55 + 7))
    assert value(outcome, "land.take", PARIS_SACLAY) == pytest.approx(1.25)
    to_crops = 0.5 * 20 * -0.49
    assert flux_tc(outcome, insee="91001", cause="to-cropland", reservoir="soil") == pytest.approx(to_crops)
    cleared = 0.25 * (0.8 * -53 + 0.2 * -28)
    assert flux_tc(outcome, insee="91002", reservoir="soil") == pytest.approx(cleared)
    assert flux_tc(outcome, insee="91002", reservoir="litter") == pytest.approx(0.25 * -9)


def test_no_change_row_gives_a_flux_of_exactly_zero(ask, small) -> None:
    outcome = ask(small | {"changes": []})
    for place in ("91001", "91002", PARIS_SACLAY):
        assert value(outcome, "land.carbon-flux", place) == 0
        assert value(outcome, "land.take", place) == 0
    assert outcome.tables["fluxes"].num_rows == 0


def test_without_land_take_only_the_other_changes_are_left(ask, small) -> None:
    outcome = ask(small, land_take_factor=0)
    assert value(outcome, "land.take", PARIS_SACLAY) == 0
    assert value(outcome, "land.carbon-flux", PARIS_SACLAY, "land-take") == 0
    rest = value(outcome, "land.carbon-flux", PARIS_SACLAY, "to-cropland")
    assert value(outcome, "land.carbon-flux", PARIS_SACLAY) == rest != 0


def test_an_override_changes_the_stock_and_not_the_flux(ask, small) -> None:
    before = ask(small)
    after = ask(small, area_overrides={"91001": {"cropland": 50, "wetland": 10}})
    gained = value(after, "land.carbon-stock", "91001") - value(before, "land.carbon-stock", "91001")
    assert gained == pytest.approx(10 * (125 - 36))
    assert value(after, "land.carbon-flux", "91001") == value(before, "land.carbon-flux", "91001")


def test_two_territories_have_their_own_totals(ask, small) -> None:
    small["communes"][1]["epci_siren"] = "200000001"
    outcome = ask(small)
    assert value(outcome, "land.take", PARIS_SACLAY) == value(outcome, "land.take", "91001")
    assert value(outcome, "land.take", "200000001") == value(outcome, "land.take", "91002")


def test_rows_in_another_order_give_the_same_answer(ask, paris_saclay) -> None:
    turned = {name: list(reversed(rows)) for name, rows in paris_saclay.items()}
    assert ask(turned).indicators == ask(paris_saclay).indicators


def test_tables_have_the_columns_that_are_promised(ask, paris_saclay) -> None:
    outcome = ask(paris_saclay)
    assert {one.name: list(one.columns) for one in sinks.outputs} == {
        name: table.column_names for name, table in outcome.tables.items()
    }
    summary = outcome.tables["summary"].to_pylist()
    assert [row["place"] for row in summary][-1] == PARIS_SACLAY
    assert len(summary) == 28


def test_land_without_factor_is_listed_with_its_hectares(ask, paris_saclay) -> None:
    outcome = ask(paris_saclay)
    listed = outcome.tables["uncounted_cover"].to_pylist()
    assert sorted((row["insee"], row["class"], row["missing"], row["area_ha"]) for row in listed) == [
        ("91363", "water", "all", 0.25),
        ("91477", "poplar", "biomass", 8.25),
        ("91534", "other", "all", 0.5),
        ("91587", "other", "all", 0.5),
    ]


def test_changes_without_factor_are_listed_with_their_hectares(ask, small) -> None:
    small["changes"] = [change("91001", "331", "211", 6.0), change("91001", "121", "211", 12.0)]
    outcome = ask(small)
    assert outcome.tables["uncounted_changes"].to_pylist() == [
        {"insee": "91001", "origin": "331", "destination": "211", "missing": "all", "area_ha_yr": 1.0},
        {
            "insee": "91001",
            "origin": "artificial_grassed",
            "destination": "cropland",
            "missing": "soil",
            "area_ha_yr": 2.0,
        },
        {
            "insee": "91001",
            "origin": "artificial_sealed",
            "destination": "cropland",
            "missing": "soil",
            "area_ha_yr": 2.0,
        },
    ]


@st.composite
def situations(draw) -> tables.Situation:
    codes = [f"9100{number}" for number in range(draw(st.integers(1, 4)))]
    area = st.floats(0, 1000).map(lambda value: round(value, 4))
    land = st.sampled_from(tables.LAND_CLASSES)
    clc = st.sampled_from(sorted(aldo.NOMENCLATURE))
    places = st.builds(tables.Place, st.sampled_from(factors.load().zones), st.just("NORD-EST"), st.just("B4"))
    return tables.Situation(
        {code: tables.Commune(code, code, PARIS_SACLAY, 1e5, draw(places)) for code in codes},
        {code: draw(st.dictionaries(land, area, min_size=1, max_size=6)) for code in codes},
        {code: draw(st.lists(st.tuples(clc, clc, area), max_size=6)) for code in codes},
    )


@settings(max_examples=50)
@given(situations(), st.floats(0, 2))
def test_any_communes_add_up_and_less_land_take_is_never_more(situation: tables.Situation, factor: float) -> None:
    def whole(land_take_factor: float) -> figures.Total:
        found = [
            results.of_commune(
                one,
                situation,
                factors.load(),
                land_take_factor=land_take_factor,
                sealed_share=0.8,
                temporary_grassland="cropland",
            )
            for one in situation.communes.values()
        ]
        *parts, total = figures.totals(found)
        assert total.stock_tc == pytest.approx(fsum(one.stock_tc for one in parts), rel=1e-9, abs=1e-9)
        flux = fsum(one.flux_tco2_yr[""] for one in parts)
        assert total.flux_tco2_yr[""] == pytest.approx(flux, rel=1e-9, abs=1e-9)
        assert all(math.isfinite(one) for one in total.flux_tco2_yr.values())
        return total

    observed, scaled = whole(1.0), whole(factor)
    assert scaled.land_take_ha_yr == pytest.approx(factor * observed.land_take_ha_yr, rel=1e-9, abs=1e-9)
    lower, higher = sorted((observed, scaled), key=lambda one: one.land_take_ha_yr)
    assert abs(lower.flux_tco2_yr["land-take"]) <= abs(higher.flux_tco2_yr["land-take"]) * (1 + 1e-9) + 1e-9


@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"land_take_factor": 2.1}, "land_take_factor.*2.1"),
        ({"land_take_factor": -0.1}, "land_take_factor"),
        ({"land_take_factor": "1 ha"}, "land_take_factor.*ha"),
        ({"sealed_share": "120 %"}, "sealed_share"),
        ({"sealed_shar": 0.5}, 'Did you mean "sealed_share"'),
        ({"temporary_grassland": "meadow"}, "temporary_grassland"),
        ({"area_overrides": {"91001": {"meadow": 1}}}, "area_overrides.91001.meadow"),
        ({"area_overrides": {"91001": {"cropland": -1}}}, "area_overrides.91001.cropland"),
    ],
)
def test_parameters_out_of_range_are_refused(parameters, match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        sinks.parameters.resolve(parameters)


def test_defaults_are_those_of_aldo() -> None:
    assert sinks.parameters.resolve({}) == {
        "land_take_factor": 1.0,
        "sealed_share": 0.8,
        "temporary_grassland": "cropland",
        "area_overrides": {},
    }
    for described in sinks.parameters.json_schema["properties"].values():
        assert described["unit"]
        assert described["source"]


def test_the_model_says_what_it_leaves_out() -> None:
    assert sinks.name == "land.sinks@1.0.0"
    assert sinks.headline["en"] == "land-use change, excluding forest growth, felling and N2O"
    assert not [one for one in card.of(sinks).missing() if one.startswith("maker.")]


@pytest.mark.parametrize("name", [one.schema for one in sinks.inputs])
def test_each_input_has_its_schema_beside_the_model(name: str) -> None:
    descriptor = schema_of(sinks, name)
    assert descriptor is not None
    assert descriptor["name"] == name


def test_the_worker_gives_the_same_answer_from_a_copy_of_the_code(ask, paris_saclay, tmp_path: Path) -> None:
    code, folder_in, folder_out = tmp_path / "code", tmp_path / "in", tmp_path / "out"
    shutil.copytree(sinks.code, code, ignore=shutil.ignore_patterns("__pycache__"))
    folder_in.mkdir()
    folder_out.mkdir()
    inputs = write_inputs(folder_in, paris_saclay)
    parameters = sinks.parameters.resolve({"land_take_factor": 0.5})
    protocol.write_question(folder_in, protocol.Question("land.sinks", "1.0.0", parameters, 0, inputs))
    done = _worker(folder_in, folder_out, code)
    assert done.returncode == 0, done.stderr
    answer = protocol.read_answer(folder_out)
    expected = ask(paris_saclay, land_take_factor=0.5)
    assert answer.indicators == expected.indicators
    assert answer.notes == expected.notes
    assert pq.read_table(answer.tables["summary"]).equals(expected.tables["summary"])
    progress = [json.loads(line)["progress"] for line in done.stdout.splitlines()]
    assert progress[0] == 0
    assert progress == sorted(progress)
    assert progress[-1] == 1


def test_the_worker_refuses_with_every_fault(small, tmp_path: Path) -> None:
    folder_in, folder_out = tmp_path / "in", tmp_path / "out"
    folder_in.mkdir()
    folder_out.mkdir()
    small["land_cover"].append(cover("91999", "cropland", 1.0))
    small["communes"].append(commune("91003", soil_zone=None))
    inputs = write_inputs(folder_in, small)
    parameters = sinks.parameters.resolve({})
    protocol.write_question(folder_in, protocol.Question("land.sinks", "1.0.0", parameters, 0, inputs))
    done = _worker(folder_in, folder_out, sinks.code)
    assert done.returncode == protocol.EXIT_REFUSED
    error = protocol.read_error(folder_out)
    assert error is not None
    assert len(error[1]) == 2


def _worker(folder_in: Path, folder_out: Path, code: Path) -> subprocess.CompletedProcess[str]:
    words = ["run", "--in", str(folder_in), "--out", str(folder_out), "--entry", sinks.entry, "--code", str(code)]
    return subprocess.run(
        [sys.executable, "-m", "agglo.contract.worker", *words], capture_output=True, text=True, check=False
    )


def test_a_missing_input_is_named(small, tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path, small)
    without = Inputs({name: Handle(name, one.path) for name, one in inputs.items() if name != "changes"})
    with pytest.raises(LookupError, match="changes"):
        tables.read(without, {}, factors.load())
