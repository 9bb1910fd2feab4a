"""climate.effort as a whole: the bundled answer, what is left out and said, what is refused."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agglo.contract import card, indicators
from agglo.contract.context import Context
from agglo.contract.errors import InvalidInput
from agglo.contract.inputs import Inputs
from agglo.contract.model import find, schema_of
from agglo.contract.outcome import Outcome
from agglo.models.climate.effort import effort

from .pathway_scenes import PATHWAYS, PLACE, SHARES, bundled, handle, pivot, share

GOLDEN = Path(__file__).parent / "golden" / "effort.json"
THREE = (share("transport", 0.39), share("buildings", 0.46), share("other", 0.15))
PLAN = pivot("change", 2030, -0.34, reference_year=2012)
ENERGY = pivot("change", 2030, -0.24, reference_year=2012, quantity="energy")

Ask = Callable[..., Outcome]


@pytest.fixture
def ask(tmp_path) -> Ask:
    def asked(*pathways: dict[str, Any], shares=THREE, **parameters: Any) -> Outcome:
        inputs = Inputs(
            {
                "shares": handle(tmp_path, "shares", SHARES, shares),
                "pathways": handle(tmp_path, "pathways", PATHWAYS, pathways or (PLAN, ENERGY)),
            }
        )
        values = effort.parameters.instance(effort.parameters.resolve(parameters))
        context = Context(tmp_path, 0, logging.getLogger("test"), lambda fraction, text: None)
        return effort(inputs, parameters=values, context=context)

    return asked


def rows(outcome: Outcome, table: str, **wanted: Any) -> list[dict[str, Any]]:
    found = outcome.tables[table].to_pylist()  # type: ignore[union-attr]
    return [row for row in found if all(row[name] == value for name, value in wanted.items())]


def test_golden_answer_for_paris_saclay(ask: Ask, request) -> None:
    outcome = ask(
        *bundled("paris-saclay/climate-plan-2019-2024.csv", PATHWAYS),
        shares=bundled("paris-saclay/emission-shares-2012.csv", SHARES),
    )
    answer = {
        "effort": rows(outcome, "effort"),
        "conditions": rows(outcome, "conditions"),
        "indicators": {f"{one.name} {one.sector}".strip(): one.value for one in outcome.indicators},
        "notes": outcome.notes,
    }
    if request.config.getoption("--update-golden", default=False):
        GOLDEN.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert answer["notes"] == kept["notes"]
    assert answer["indicators"] == pytest.approx(kept["indicators"], rel=1e-9)
    for table in ("effort", "conditions"):
        assert len(answer[table]) == len(kept[table])
        for got, expected in zip(answer[table], kept[table], strict=True):
            assert got == {
                name: pytest.approx(value, rel=1e-9) if isinstance(value, float) else value
                for name, value in expected.items()
            }


def test_the_published_targets(ask: Ask) -> None:
    outcome = ask()
    whole = rows(outcome, "effort", group="all", quantity="emissions")
    assert [(row["reference_year"], row["year"], row["share"], row["index_then"]) for row in whole] == [
        (2012, 2030, 1.0, 100.0)
    ]
    assert whole[0]["index_target"] == pytest.approx(66)
    assert whole[0]["yearly_effort"] == pytest.approx(2.282, abs=5e-4)
    assert whole[0]["yearly_effort_from_now"] is None
    energy = rows(outcome, "effort", quantity="energy")
    assert [row["group"] for row in energy] == ["all"]
    assert energy[0]["yearly_effort"] == pytest.approx(1.513, abs=5e-4)


def test_groups_add_up_to_the_total(ask: Ask) -> None:
    found = rows(ask(), "effort", quantity="emissions")
    whole, parts = found[0], found[1:]
    assert [row["group"] for row in parts] == ["transport", "buildings", "other"]
    for name in ("share", "index_then", "index_target"):
        assert sum(row[name] for row in parts) == pytest.approx(whole[name], rel=1e-12)
    assert {row["yearly_effort"] for row in parts} == {whole["yearly_effort"]}


def test_effort_from_now_needs_an_observed_index(ask: Ask) -> None:
    found = rows(ask(since_year=2026, index_now="80 %"), "effort", group="all", quantity="emissions")
    assert found[0]["yearly_effort_from_now"] == pytest.approx(100 * (1 - (66 / 80) ** (1 / 4)))
    assert rows(ask(since_year=2026, index_now=80), "effort", group="transport")[0]["yearly_effort_from_now"] is None
    due = rows(ask(PLAN, {**PLAN, "year": 2025}, since_year=2026, index_now=80), "effort", group="all", year=2025)
    assert due[0]["yearly_effort_from_now"] is None
    outcome = ask(since_year=2026)
    assert rows(outcome, "effort", group="all")[0]["yearly_effort_from_now"] is None
    assert any("No observed index is held" in note for note in outcome.notes)
    assert not any("No observed index is held" in note for note in ask(since_year=2026, index_now=80).notes)


def test_conditions_say_what_is_possible(ask: Ask) -> None:
    found = rows(ask(held_parts=[0, 0.5, 1]), "conditions")
    assert {row["held_change"] for row in found} == {0.0, -0.17, -0.34}
    assert {row["group"] for row in found} == {"buildings", "other"}
    assert {row["feasible"] for row in found} == {"yes"}
    assert {row["feasible_alone"] for row in found if row["group"] == "other" and row["held_change"] == 0} == {"no"}
    deep = rows(ask(pivot("change", 2050, -0.83, reference_year=2012), held_parts=[0]), "conditions")
    assert {row["feasible"] for row in deep} == {"no"}
    assert {round(row["missing"], 9) for row in deep} == {22.0}


def test_indicators_can_be_kept_and_the_target_is_not_taken_for_an_observation(ask: Ask) -> None:
    outcome = ask()
    indicators.check(outcome.indicators)
    found = {(one.name, one.sector): one for one in outcome.indicators}
    assert set(found) == {
        *(("climate.required-effort", sector) for sector in ("", "transport", "buildings", "other", "energy")),
        ("climate.emissions-index", "target"),
    }
    assert {(one.place, one.year, one.since) for one in outcome.indicators} == {(PLACE, 2030, 2012)}
    assert found["climate.required-effort", ""].quality == "declared"
    assert found["climate.required-effort", "transport"].quality == "assumed"
    assert found["climate.emissions-index", "target"].value == pytest.approx(66)


def test_two_plans_of_one_year_are_told_apart(ask: Ask) -> None:
    outcome = ask(PLAN, {**PLAN, "edition": "2", "value": -0.5})
    indicators.check(outcome.indicators)
    assert {one.sector for one in outcome.indicators if one.name == "climate.required-effort"} >= {"plan 1", "plan 2"}


def test_what_is_left_out_is_said(ask: Ask) -> None:
    outcome = ask(
        PLAN,
        pivot("change", 2040, -0.6, reference_year=2015, edition="2"),
        pivot("level", 2030, 20, quantity="renewable-share", unit="%"),
        pivot("change", 2030, -0.5, reference_year=2012, sector="waste"),
        pivot("budget", 2033, 1e6, since=2029, place="FR"),
    )
    notes = " ".join(outcome.notes)
    assert "Not split by group, the shares being of emissions in 2012: plan 2 (emissions 2040)" in notes
    assert "plan 1 (emissions 2030), plan 1 (emissions 2033), plan 1 (share of renewable energy 2030)" in notes
    assert {row["group"] for row in rows(outcome, "effort", year=2040)} == {"all"}
    assert rows(outcome, "conditions", year=2040) == []


def test_a_target_of_zero_has_no_constant_rate(ask: Ask) -> None:
    outcome = ask(pivot("change", 2050, -1.0, reference_year=2012))
    assert {row["yearly_effort"] for row in rows(outcome, "effort")} == {None}
    assert "No constant yearly rate leads to zero: plan 1 (emissions 2050)." in outcome.notes
    indicators.check(outcome.indicators)


def test_rounded_shares_are_said_and_not_brought_to_one(ask: Ask) -> None:
    outcome = ask(PLAN, shares=(*THREE[:2], share("other", 0.146)))
    assert any("add up to 99.6 %" in note for note in outcome.notes)
    needed = rows(outcome, "conditions", group="buildings", held_change=0.0)[0]["index_needed"]
    assert needed == pytest.approx(100 * (0.996 * 0.66 - 0.39) / (0.996 - 0.39))


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"index_now": 80}, "since_year: found nothing, expected the year of index_now"),
        ({"since_year": 2030, "index_now": 80}, "since_year: found 2030, expected a year of 2012-2029"),
        ({"since_year": 2011, "index_now": 80}, "since_year: found 2011, expected a year of 2012-2029"),
        ({"since_year": 2026, "index_now": 0}, "index_now"),
        ({"held_groups": ["transports"]}, "held_groups"),
    ],
)
def test_parameters_that_cannot_be_used(ask: Ask, parameters, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        ask(**parameters)
    assert said in str(caught.value)


def test_pathways_of_another_place_are_refused(ask: Ask) -> None:
    with pytest.raises(InvalidInput, match=f"places: FR, expected a change .* of all sectors of {PLACE}"):
        ask({**PLAN, "place": "FR"})


def test_the_model_is_declared_with_its_card_and_schemas() -> None:
    found = find("climate.effort")
    assert (found.name, [one.name for one in found.outputs]) == ("climate.effort@1.0.0", ["effort", "conditions"])
    assert all(schema_of(found, one.schema) for one in found.inputs)
    declared = card.of(found)
    assert declared.maker.title == dict(found.title)
    assert not [name for name in declared.missing() if name.startswith("maker.")]


def test_tables_have_the_columns_that_are_promised(ask: Ask) -> None:
    outcome = ask()
    for output in effort.outputs:
        assert outcome.tables[output.name].column_names == list(output.columns)  # type: ignore[union-attr]
