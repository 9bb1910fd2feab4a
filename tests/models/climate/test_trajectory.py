"""The trajectory as a model: what it answers, what it refuses, and one golden run."""

import json
from pathlib import Path

import pytest

from agglo.contract import card, indicators
from agglo.contract.errors import InvalidInput
from agglo.contract.model import schema_of
from agglo.models.climate.nomenclature import SECTORS
from agglo.models.climate.trajectory import trajectory

from . import scenes
from .scenes import BASE, EPCI, aim, held, measure, one, rows_of

GOLDEN = Path(__file__).parent / "golden" / "trajectory.json"
COMMUNES = ("91001", "91002")
CERTAIN = {"trend_halfwidth": 0.0, "draws": 200}


def ask(folder: Path, inventory, actions=(), pathways=(), **parameters):
    tables = {"inventory": inventory} | ({"actions": actions} if actions else {})
    tables |= {"pathways": pathways} if pathways else {}
    return scenes.ask(trajectory, scenes.write(folder, **tables), **parameters)


def test_the_only_input_needed_is_an_inventory(tmp_path) -> None:
    found = ask(tmp_path, [held(100.0), held(40.0, "waste")], **CERTAIN)
    for year in (BASE, 2050):
        row = one(found, "emissions", place=EPCI, sector="all", year=year)
        assert [row[name] for name in ("central", "mean", "p05", "p50", "p95")] == [140.0] * 5
    assert {row["sector"] for row in rows_of(found, "emissions")} == {"residential", "waste", "all"}
    assert [found.tables[name].num_rows for name in ("energy", "targets", "contributions", "costs", "budgets")] == [
        0
    ] * 5
    assert any("stay at the level of 2020" in note for note in found.notes)
    assert any("leave them out" in note for note in found.notes)
    indicators.check(found.indicators)


def test_columns_and_units_are_those_declared(tmp_path) -> None:
    found = ask(tmp_path, [held(100.0)], [measure("a", 1, 1)], [aim(-0.1)], **CERTAIN)
    for output in trajectory.outputs:
        assert list(output.columns) == found.tables[output.name].column_names
    for name in ("climate-inventory", "climate-actions", "climate-pathways"):
        assert schema_of(trajectory, name)


def test_communes_sectors_and_what_is_of_no_commune(tmp_path) -> None:
    inventory = [held(10.0 * (1 + rank), place=place) for rank, place in enumerate(COMMUNES)]
    inventory += [held(5.0, "waste", place=EPCI), held(100.0, place="91001", substance="energy")]
    found = ask(tmp_path, inventory, [measure("a", 6, 1, full_year=BASE + 1)], **CERTAIN)
    assert one(found, "emissions", place=EPCI, sector="all", year=BASE)["central"] == 35
    assert one(found, "emissions", place="91001", sector="all", year=2050)["central"] == pytest.approx(8)
    assert one(found, "emissions", place="91002", sector="residential", year=2050)["central"] == pytest.approx(16)
    assert rows_of(found, "emissions", place="91001", sector="waste") == []
    assert len(rows_of(found, "emissions", place=EPCI, sector="waste")) == 31
    assert one(found, "energy", place=EPCI, sector="all", year=2050)["central"] == 100
    assert any("counted as unchanged" in note for note in found.notes)
    indicators.check(found.indicators)


def test_energy_and_emissions_have_pots_of_their_own(tmp_path) -> None:
    inventory = [held(100.0, carrier="gas"), held(1000.0, carrier="gas", substance="energy")]
    action = measure("a", 10, 2, carrier="gas", energy_central=30.0, full_year=BASE + 1)
    found = ask(tmp_path, inventory, [action], **CERTAIN)
    assert one(found, "emissions", sector="all", year=2030)["central"] == pytest.approx(80)
    assert one(found, "energy", sector="all", year=2030)["central"] == pytest.approx(700)
    effects = {row["quantity"]: row["effect"] for row in rows_of(found, "contributions", year=2030)}
    assert effects == {"emissions": pytest.approx(20), "energy": pytest.approx(300)}


def test_hypotheses_change_units_trends_and_actions(tmp_path) -> None:
    inventory, actions = [held(100.0)], [measure("a", 10, 1), measure("b", 20, 1)]
    both = ask(tmp_path, inventory, actions, **CERTAIN)
    assert one(both, "emissions", sector="all", year=2050)["central"] == pytest.approx(72)
    alone = ask(tmp_path, inventory, actions, **CERTAIN, without=["b"])
    assert one(alone, "emissions", sector="all", year=2050)["central"] == pytest.approx(90)
    assert {row["action"] for row in rows_of(alone, "contributions")} == {"a"}
    falling = ask(tmp_path, inventory, **CERTAIN, trend={"residential": -2.0})
    assert one(falling, "emissions", sector="all", year=2050)["central"] == pytest.approx(100 * 0.98**30)
    more = scenes.ask(
        trajectory,
        scenes.write(tmp_path, inventory=inventory, actions=actions),
        **CERTAIN,
        actions={"a": 50.0, "b": 0.0},
    )
    assert one(more, "emissions", sector="all", year=2050)["central"] == pytest.approx(50)


def test_a_change_is_held_against_the_inventory_of_its_reference_year(tmp_path) -> None:
    inventory = [held(120.0, year=2012), held(100.0)]
    goal = [aim(-0.34, reference_year=2012)]
    missed = one(ask(tmp_path, inventory, [], goal, **CERTAIN), "targets")
    assert (missed["target"], missed["probability"], missed["unit"]) == (pytest.approx(79.2), 0.0, "tCO2e/yr")
    reached = ask(tmp_path, inventory, [measure("a", 30, 1)], goal, **CERTAIN)
    assert one(reached, "targets")["probability"] == 1.0
    assert one(reached, "targets")["conditional"] == "yes"
    found = {one.name: one.value for one in reached.indicators if one.sector == "plan"}
    assert found == {
        "climate.target-probability": 1.0,
        "climate.target-gap": pytest.approx(70 - 79.2),
    }


def test_probability_is_the_share_of_draws_that_meet_the_target(tmp_path) -> None:
    """The effect of one action is symmetric around 20: the target of 80 is met once in two."""
    found = ask(
        tmp_path,
        [held(100.0)],
        [measure("a", 10, 1, 2, 3)],
        [aim(80.0, kind="level")],
        trend_halfwidth=0.0,
        draws=20_000,
    )
    assert one(found, "targets")["probability"] == pytest.approx(0.5, abs=0.015)


def test_an_error_common_to_both_years_does_not_move_a_change(tmp_path) -> None:
    inventory = [held(100.0, year=2012, uncertainty=0.5), held(100.0, uncertainty=0.5)]
    found = one(ask(tmp_path, inventory, [measure("a", 20, 1)], [aim(-0.1, reference_year=2012)], **CERTAIN), "targets")
    assert found["probability"] == 1.0
    assert found["p95"] > found["target"]


@pytest.mark.parametrize(
    ("goal", "reason"),
    [
        (aim(-0.3, reference_year=1990), "does not hold 1990"),
        (aim(-0.3, reference_year=2010), "the inventory of 2010 does not hold Waste"),
        (aim(-0.3, year=2060), "2060 is after the horizon, 2050"),
        (aim(-0.3, quantity="energy"), "the inventory holds no energy"),
        (aim(-0.3, place="91001"), "does not hold 91001"),
    ],
)
def test_what_cannot_be_assessed_says_why_and_guesses_nothing(goal, reason, tmp_path) -> None:
    inventory = [held(100.0), held(5.0, "waste"), held(90.0, year=2010)]
    found = ask(tmp_path, inventory, [], [goal], **CERTAIN)
    row = one(found, "targets")
    assert reason in row["reason"]
    assert row["target"] is row["probability"] is None
    assert not any(one.name.startswith("climate.target") for one in found.indicators)


def test_a_budget_is_spent_in_a_year(tmp_path) -> None:
    inventory = [held(100.0, year=2019), held(100.0)]
    goals = [aim(80.0, 2030, "budget", since=2019), aim(200.0, 2030, "budget", since=2021, pathway="wide")]
    tight, wide = rows_of(ask(tmp_path, inventory, [], goals, **CERTAIN), "budgets")
    assert (tight["budget"], tight["p50"], tight["probability"]) == (960.0, 1200.0, 0.0)
    assert [tight[f"spent_year_{name}"] for name in ("p05", "p50", "p95")] == [2028] * 3
    assert (wide["probability"], wide["spent_year_p50"]) == (1.0, 2040 + 1)
    never = rows_of(ask(tmp_path, inventory, [], goals[1:], horizon=2035, **CERTAIN), "budgets")[0]
    assert never["spent_year_p50"] is None
    early = aim(80.0, 2030, "budget", since=2015)
    assert "does not hold 2015" in one(ask(tmp_path, inventory, [], [early], **CERTAIN), "budgets")["reason"]


def test_a_national_pathway_is_not_a_territory_s_unless_asked(tmp_path) -> None:
    national = [
        aim(400.0, BASE, "level", place="FR", unit="MtCO2e/yr"),
        aim(300.0, 2030, "level", place="FR", unit="MtCO2e/yr"),
    ]
    left_out = ask(tmp_path, [held(100.0)], [], national, **CERTAIN)
    assert rows_of(left_out, "targets") == []
    assert any("not applied to a territory's tonnes: plan 2019" in note for note in left_out.notes)
    scaled = ask(tmp_path, [held(100.0)], [], national, **CERTAIN, scale_national="index")
    assert one(scaled, "targets", year=2030)["target"] == pytest.approx(75)
    assert any(note.startswith("Assumed: the territory follows the national index") for note in scaled.notes)


def test_targets_of_one_year_keep_names_apart(tmp_path) -> None:
    inventory = [held(100.0), held(10.0, substance="energy")]
    goals = [aim(-0.1), aim(-0.2, sector="residential"), aim(-0.2, quantity="energy"), aim(-0.3, edition="2025")]
    found = ask(tmp_path, inventory, [], goals, **CERTAIN)
    names = {one.sector for one in found.indicators if one.name == "climate.target-probability"}
    assert names == {"plan 2019", "plan 2019 residential", "plan 2019 energy", "plan 2025"}
    indicators.check(found.indicators)


def test_costs_are_counted_to_the_horizon_and_per_tonne(tmp_path) -> None:
    acting = measure("a", 10, 1, 2, 4, full_year=BASE + 1, cost_low=50.0, cost_central=100.0, cost_high=200.0)
    found = ask(
        tmp_path, [held(1000.0)], [acting, measure("free", 1, 1)], horizon=2030, draws=2000, trend_halfwidth=0.0
    )
    row = one(found, "costs", action="a")
    assert [row[f"cost_{name}"] for name in ("low", "central", "high")] == [500, 1000, 2000]
    assert row["avoided_t"] == pytest.approx(10 * 20, rel=0.01)
    assert row["cost_per_tonne_low"] < row["cost_per_tonne"] < row["cost_per_tonne_high"]
    assert one(found, "costs", action="free")["cost_central"] is None
    total = {one.name: one.value for one in found.indicators if "cost" in one.name}
    assert total == {"climate.cost": 1000, "climate.cost-per-tonne": row["cost_per_tonne"]}


def test_contributions_sum_to_the_effect_of_the_territory(tmp_path) -> None:
    actions = [measure("a", 30, 0.5, 1, 2), measure("b", 40, 1), measure("c", 5, 1, carrier="gas")]
    inventory = [held(100.0, carrier="gas"), held(50.0, carrier="oil")]
    found = ask(tmp_path, inventory, actions, **CERTAIN)
    for year in (2025, 2050):
        effects = rows_of(found, "contributions", year=year)
        left = one(found, "emissions", sector="all", year=year)["central"]
        assert sum(row["effect"] for row in effects) == pytest.approx(150 - left, rel=1e-9)
        assert all(row["low"] <= row["effect"] <= row["high"] for row in effects)
        assert {row["quality"] for row in effects} == {"assumed"}


def test_nothing_is_conditional_where_trend_and_effects_are_known(tmp_path) -> None:
    actions = [measure("a", 1, 1, quality="measured")]
    known = ask(tmp_path, [held(100.0)], actions, [aim(-0.1)], **CERTAIN, trend_source="national projection")
    assert one(known, "targets")["conditional"] == "no"
    assert {one.quality for one in known.indicators if one.name == "climate.emissions"} == {"modelled"}


def test_an_action_larger_than_its_pot_is_said(tmp_path) -> None:
    found = ask(tmp_path, [held(100.0)], [measure("a", 200, 1)], **CERTAIN)
    assert one(found, "emissions", sector="all", year=2050)["central"] == 0
    assert any("exceed what there is to act on: A (residential/all)" in note for note in found.notes)
    at_most = ask(tmp_path, [held(100.0)], [measure("a", 40, 1, 2, 3)], **CERTAIN)
    assert any(
        "high end of the range, more than there is to act on: A (residential/all)" in note for note in at_most.notes
    )


@pytest.mark.parametrize(
    ("changed", "parameters", "match"),
    [
        ({}, {"base_year": 2015}, "base_year: found 2015, expected a year whose emissions are held: 2012, 2020"),
        ({}, {"horizon": 2020}, "horizon: found 2020, expected a year after 2020"),
        ({}, {"territory": "200056232"}, "expected 246700488, the territory of the inventory"),
        ({"value": -1.0}, {}, "found -1 tCO2e, expected 0 or more"),
        ({"sector": "wast"}, {}, 'Did you mean "waste"'),
        ({"year": 2012}, {}, "waste 2020: found no figure of emissions, though 2012 have one"),
    ],
)
def test_what_cannot_be_followed_is_refused(changed, parameters, match, tmp_path) -> None:
    inventory = [held(90.0, year=2012), held(100.0), held(5.0, "waste") | changed]
    with pytest.raises(InvalidInput) as caught:
        ask(tmp_path, inventory, **CERTAIN, **parameters)
    assert match in str(caught.value)


def test_communes_need_the_code_of_their_territory(tmp_path) -> None:
    inventory = [held(1.0, place=place) for place in COMMUNES]
    with pytest.raises(InvalidInput, match="SIREN code of the territory that 2 places make up"):
        ask(tmp_path, inventory, **CERTAIN)
    found = ask(tmp_path, inventory, **CERTAIN, territory=EPCI)
    assert one(found, "emissions", place=EPCI, sector="all", year=BASE)["central"] == 2


def test_an_action_on_an_empty_pot_is_refused_for_both_quantities_at_once(tmp_path) -> None:
    inventory = [held(100.0), held(10.0, carrier="oil", substance="energy")]
    actions = [measure("a", 1, 0, carrier="gas", energy_central=1.0), measure("b", 1, 1, sector="waste")]
    with pytest.raises(InvalidInput) as caught:
        ask(tmp_path, inventory, actions, **CERTAIN)
    said = [fault.where for fault in caught.value.faults]
    assert said == ["action b, pot waste/all, emissions", "action a, pot residential/gas, energy"]


def test_energy_is_not_followed_where_the_sector_holds_none(tmp_path) -> None:
    inventory = [held(100.0), held(10.0, "waste", substance="energy")]
    found = ask(tmp_path, inventory, [measure("a", 10, 1, energy_central=5.0)], **CERTAIN)
    assert {row["sector"] for row in rows_of(found, "energy")} == {"waste", "all"}
    assert {row["quantity"] for row in rows_of(found, "contributions")} == {"emissions"}
    assert any("the energy of Housing" in note for note in found.notes)


def test_parameters_of_unknown_sectors_are_refused() -> None:
    with pytest.raises(InvalidInput, match="trend"):
        trajectory.parameters.resolve({"trend": {"housing": 1.0}})


def test_the_card_is_complete() -> None:
    assert [name for name in card.of(trajectory).missing() if name.startswith("maker.")] == []


def _golden_scene():
    values = zip(SECTORS, (500.0, 450.0, 650.0, 20.0, 35.0, 40.0, 350.0, 15.0), strict=True)
    inventory = [
        held(1000 * value * factor, sector, year=year, uncertainty=0.1)
        for sector, value in values
        for year, factor in ((2012, 1.1), (BASE, 1.0))
    ]
    actions = [
        measure("retrofit", 60_000, 1, 1.8, 2.5, cost_low=2e4, cost_central=3e4, cost_high=4e4),
        measure("heat-pumps", 50_000, 1, 2, 3, lifetime_yr=17.0),
        measure("cycling", 30_000, 0.2, 0.5, 1, sector="road-transport"),
    ]
    goals = [aim(-0.34, reference_year=2012), aim(1.9e6, 2030, "budget", since=2021, pathway="budget")]
    return inventory, actions, goals


def test_golden_run(tmp_path, request) -> None:
    found = ask(tmp_path, *_golden_scene(), draws=1000, trend={"industry": -1.0})
    answer = {
        "indicators": {
            " ".join([one.place, str(one.year), one.name, one.sector]).strip(): one.value for one in found.indicators
        },
        "residential": rows_of(found, "emissions", sector="residential", year=2040),
        "contributions": rows_of(found, "contributions", year=2036),
        "budgets": rows_of(found, "budgets"),
        "notes": found.notes,
    }
    if request.config.getoption("--update-golden", default=False):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert answer["notes"] == kept["notes"]
    assert answer["indicators"] == pytest.approx(kept["indicators"], rel=1e-9)
    for name in ("residential", "contributions", "budgets"):
        for row, expected in zip(answer[name], kept[name], strict=True):
            assert {k: v for k, v in row.items() if not isinstance(v, float)} == {
                k: v for k, v in expected.items() if not isinstance(v, float)
            }
            assert [v for v in row.values() if isinstance(v, float)] == pytest.approx(
                [v for v in expected.values() if isinstance(v, float)], rel=1e-9
            )
