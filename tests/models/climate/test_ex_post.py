"""climate.ex-post as a whole: what is attributed, what adds up, what is refused."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from math import fsum, hypot
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.contract import card, indicators, protocol
from agglo.contract.errors import InvalidInput
from agglo.contract.outcome import Outcome
from agglo.models.climate.attribution import FACTORS
from agglo.models.climate.ex_post import ex_post
from agglo.models.climate.nomenclature import SECTORS

from .inventory_scenes import COMMUNES, SIREN, Rows, around, row, rows_of, written
from .inventory_scenes import ask as asked

Ask = Callable[..., Outcome]

SCENE: dict[str, Rows] = {
    "inventory": [
        row(1000.0, "residential", year=2019),
        row(1090.0, "residential", year=2020),
        row(4000.0, "residential", year=2019, substance="energy"),
        row(4264.0, "residential", year=2020, substance="energy"),
        row(500.0, "waste", year=2019),
        row(550.0, "waste", year=2020),
    ],
    "context": [*around(2019), *around(2020, people=1100.0, days=2200.0)],
}


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    def answer(tables: dict[str, Rows] = SCENE, **parameters: Any) -> Outcome:
        return asked(ex_post, tmp_path, tables, **parameters)

    return answer


def observed(outcome: Outcome, sector: str = "all", year: int = 2020, place: str = SIREN) -> dict[str, Any]:
    (found,) = rows_of(outcome, "observed", place=place, sector=sector, year=year)
    return found


def effects(outcome: Outcome, sector: str = "all", year: int = 2020, place: str = SIREN) -> dict[str, float]:
    found = rows_of(outcome, "decomposition", place=place, sector=sector, year=year)
    return {one["factor"]: one["effect"] for one in found}


def test_a_colder_and_fuller_year_by_hand(ask: Ask) -> None:
    """10 % more people, 10 % more degree-days, heating 90 % of emissions: 1,000 t become 1,199."""
    outcome = ask()
    found = observed(outcome, "residential")
    assert found["weather_corrected"] == pytest.approx(1000)
    assert found["counterfactual"] == pytest.approx(1000 * 1.1 * 1.09)
    assert found["attributed"] == pytest.approx(1090 - 1199)
    half = hypot(0.15 * 1090, 0.15 * 1199)
    assert (found["attributed_low"], found["attributed_high"]) == pytest.approx((-109 - half, -109 + half))
    assert observed(outcome, "waste")["attributed"] == pytest.approx(0, abs=1e-9)
    assert observed(outcome)["attributed"] == pytest.approx(-109)


def test_the_first_year_is_its_own_counterfactual_exactly(ask: Ask) -> None:
    found = observed(ask(), year=2019)
    assert found["observed"] == found["counterfactual"] == 1500
    assert (found["attributed"], found["attributed_low"], found["attributed_high"]) == (0, 0, 0)


def test_factors_add_up_and_tell_weather_from_energy(ask: Ask) -> None:
    outcome = ask()
    found = effects(outcome, "residential")
    assert list(found) == ["population", "weather", "energy-intensity", "carbon-intensity"]
    assert fsum(found.values()) == pytest.approx(90, rel=1e-9)
    assert found["weather"] > 0 > found["energy-intensity"]
    assert list(effects(outcome, "waste")) == ["population", "weather", "emissions-intensity"]
    assert effects(outcome, "waste")["weather"] == 0
    assert fsum(effects(outcome).values()) == pytest.approx(140, rel=1e-9)
    assert set(effects(outcome)) == set(FACTORS)


def test_indicators_can_be_kept(ask: Ask) -> None:
    outcome = ask()
    indicators.check(outcome.indicators)
    changes = [one for one in outcome.indicators if one.name == "climate.attributed-change"]
    assert {(one.sector, one.year, one.since) for one in changes} == {
        (sector, 2020, 2019) for sector in ("", "residential", "waste")
    }
    assert {one.quality for one in outcome.indicators} == {"modelled"}


def test_what_rests_on_an_assumed_share_is_assumed(ask: Ask) -> None:
    inventory = [row(1.0, "tertiary", year=year) for year in (2019, 2020)]
    assert {one.quality for one in ask({**SCENE, "inventory": inventory}).indicators} == {"assumed"}
    outcome = ask({**SCENE, "inventory": inventory}, tertiary_heating_emissions=0)
    assert {one.quality for one in outcome.indicators} == {"modelled"}


def test_without_heating_the_weather_does_nothing(ask: Ask) -> None:
    outcome = ask(residential_heating_emissions=0, residential_heating_energy=0)
    assert observed(outcome, "residential")["weather_corrected"] == 1090
    assert effects(outcome, "residential")["weather"] == 0


def test_sectors_may_not_follow_population(ask: Ask) -> None:
    outcome = ask(without_population=["waste"])
    assert observed(outcome, "waste")["counterfactual"] == 500
    assert "population" not in effects(outcome, "waste")
    assert fsum(effects(outcome, "waste").values()) == pytest.approx(50)
    assert "The counterfactual of these sectors does not follow population: Waste." in outcome.notes


def test_errors_of_one_source_cancel_between_years(ask: Ask) -> None:
    found = observed(ask(errors="by-source"), "residential")
    assert found["attributed_high"] - found["attributed"] == pytest.approx(0.15 * 109)


def test_the_first_year_is_chosen(ask: Ask) -> None:
    tables = {
        "inventory": [*SCENE["inventory"], row(900.0, year=2018), row(400.0, "waste", year=2018)],
        "context": [*SCENE["context"], *around(2018)],
    }
    assert observed(ask(tables), "residential", 2018)["observed"] == 900
    assert not rows_of(ask(tables, first_year=2019), "observed", year=2018)
    with pytest.raises(
        InvalidInput, match="first_year: found 2017, expected a year of the inventory: 2018, 2019, 2020"
    ):
        ask(tables, first_year=2017)


def test_one_place_gives_the_weather_of_all(ask: Ask) -> None:
    inventory = [row(10.0, year=year, place=place) for year in (2019, 2020) for place in COMMUNES]
    people = [one for place in COMMUNES for year in (2019, 2020) for one in around(year, place=place)[:1]]
    tables = {"inventory": inventory, "context": [*people, *SCENE["context"]]}
    outcome = ask(tables, weather_of=SIREN, territory=SIREN)
    assert observed(outcome, "residential", place="91477")["weather_corrected"] == pytest.approx(10 / 1.09)
    with pytest.raises(InvalidInput, match="context 91272 2019 heating-degree-days: found nothing") as error:
        ask(tables, territory=SIREN)
    assert len(error.value.faults) == 3 * 3


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"people": 0.0}, "context 200056232 2020 population: found 0, expected more than 0"),
        ({"people": None}, "context 200056232 2020 population: found nothing"),
        ({"days": None}, "context 200056232 2020 heating-degree-days: found nothing"),
    ],
)
def test_a_missing_or_zero_cell_is_refused_by_name(ask: Ask, changed: dict[str, Any], match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        ask({**SCENE, "context": [*around(2019), *around(2020, **changed)]})


def test_a_missing_or_zero_reference_is_refused_by_name(ask: Ask) -> None:
    for value, said in ((0.0, "found 0"), (None, "found nothing")):
        context = [
            {**one, "value": value} if one["quantity"].endswith("reference") else one for one in SCENE["context"]
        ]
        with pytest.raises(InvalidInput, match=f"heating-degree-days-reference: {said}.*Degree-days are divided by it"):
            ask({**SCENE, "context": [one for one in context if one["value"] is not None]})


def test_a_missing_year_or_sector_is_refused(ask: Ask) -> None:
    later = [row(1.0, year=2022), row(1.0, "waste", year=2022)]
    tables = {"inventory": [*SCENE["inventory"], *later], "context": [*SCENE["context"], *around(2022)]}
    with pytest.raises(InvalidInput, match="residential emissions: found no row for 2021"):
        ask(tables)
    assert observed(ask(tables, year_gaps="accepted"), year=2022)["observed"] == 2
    with pytest.raises(InvalidInput, match=r"200056232 waste: found no figure of emissions for 2022.*write 0"):
        ask({**tables, "inventory": [*SCENE["inventory"], later[0]]}, year_gaps="accepted")
    with pytest.raises(InvalidInput, match="two years at least"):
        ask({**SCENE, "inventory": [row(1.0)]})


def test_a_sector_that_appears_or_vanishes_is_attributed_whole(ask: Ask) -> None:
    inventory = [row(0.0, year=2019), row(50.0, year=2020), row(30.0, "waste", year=2019), row(0.0, "waste", year=2020)]
    outcome = ask({**SCENE, "inventory": inventory})
    assert effects(outcome, "residential") == pytest.approx({"population": 0, "weather": 0, "emissions-intensity": 50})
    assert effects(outcome, "waste") == pytest.approx({"population": 0, "weather": 0, "emissions-intensity": -30})
    assert observed(outcome, "residential")["counterfactual"] == 0


AMOUNT = st.just(0.0) | st.floats(1e-6, 1e6)
YEARS = (2018, 2019, 2020)


@st.composite
def scenes(draw) -> dict[str, Rows]:
    places = draw(st.lists(st.sampled_from(COMMUNES), min_size=1, max_size=3, unique=True))
    sectors = draw(st.lists(st.sampled_from([*SECTORS]), min_size=1, max_size=4, unique=True))
    cells = [(place, sector, year) for place in places for sector in sectors for year in YEARS]
    inventory = [row(draw(AMOUNT), sector, place=place, year=year) for place, sector, year in cells]
    inventory += [
        row(draw(AMOUNT), sector, place=place, year=year, substance="energy")
        for place, sector, year in cells
        if draw(st.booleans())
    ]
    context = [
        one
        for place in places
        for year in YEARS
        for one in around(year, place=place, people=draw(st.floats(1, 1e6)), days=draw(st.floats(100, 5000)))
    ]
    return {"inventory": inventory, "context": context}


@given(scenes())
def test_sectors_communes_and_factors_add_up(tmp_path_factory, scene: dict[str, Rows]) -> None:
    outcome = asked(ex_post, tmp_path_factory.mktemp("any"), scene, territory=SIREN, year_gaps="accepted")
    indicators.check(outcome.indicators)
    table = {(one["place"], one["sector"], one["year"]): one for one in outcome.tables["observed"].to_pylist()}
    first = min(YEARS)
    for (place, sector, year), one in table.items():
        close = {"rel": 1e-9, "abs": 1e-9 * max(one["observed"], table[place, sector, first]["observed"])}
        for column in ("observed", "weather_corrected", "counterfactual", "attributed"):
            wide = {"rel": 1e-9, "abs": 1e-9 * max(one["observed"], one["counterfactual"])}
            sectors = [other[column] for (p, s, y), other in table.items() if (p, y) == (place, year) and s != "all"]
            communes = [other[column] for (p, s, y), other in table.items() if (s, y) == (sector, year) and p != SIREN]
            assert sector != "all" or fsum(sectors) == pytest.approx(one[column], **wide)
            assert place != SIREN or fsum(communes) == pytest.approx(one[column], **wide)
        assert min(one["observed"], one["weather_corrected"], one["counterfactual"]) >= 0
        change = one["observed"] - table[place, sector, first]["observed"]
        assert fsum(effects(outcome, sector, year, place).values()) == pytest.approx(change, **close)


def test_tables_have_the_columns_that_are_promised(ask: Ask) -> None:
    promised = {one.name: list(one.columns) for one in ex_post.outputs}
    assert promised == {name: found.column_names for name, found in ask().tables.items()}


def test_notes_begin_with_what_was_found(ask: Ask) -> None:
    notes = ask().notes
    assert notes[0].startswith(
        "From 2019 to 2020 emissions changed by +140 tCO2e/yr; weather and population alone would have changed them by "
        "+249 tCO2e/yr; the rest, what changed apart from them, is -109 tCO2e/yr (95 % interval: "
    )
    said = "\n".join(notes)
    assert "Heating is taken as 90 % of the emissions of housing" in said
    assert "Assumed: heating is" not in said
    assert "prices, technology, economic activity" in said


def test_the_card_is_complete_and_its_own() -> None:
    found = card.of(ex_post)
    assert not [one for one in found.missing() if one.startswith("maker.")]
    assert found.maker.title["en"] == "Observed change, apart from weather and population"
    assert ex_post.name == "climate.ex-post@1.0.0"


def test_the_worker_gives_the_same_answer_from_a_copy_of_the_code(ask: Ask, tmp_path: Path) -> None:
    code, folder_in, folder_out = tmp_path / "code", tmp_path / "in", tmp_path / "out"
    shutil.copytree(ex_post.code, code, ignore=shutil.ignore_patterns("__pycache__"))
    folder_in.mkdir()
    folder_out.mkdir()
    parameters = ex_post.parameters.resolve({"residential_heating_emissions": "80 %"})
    inputs = written(folder_in, SCENE)
    protocol.write_question(folder_in, protocol.Question("climate.ex-post", "1.0.0", parameters, 0, inputs))
    words = ["run", "--in", str(folder_in), "--out", str(folder_out), "--entry", ex_post.entry, "--code", str(code)]
    done = subprocess.run(
        [sys.executable, "-m", "agglo.contract.worker", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = protocol.read_answer(folder_out)
    expected = ask(residential_heating_emissions=0.8)
    assert answer.indicators == expected.indicators
    assert pq.read_table(answer.tables["decomposition"]).equals(expected.tables["decomposition"])
