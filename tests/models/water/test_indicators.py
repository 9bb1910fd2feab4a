"""water.indicators as a whole: worked cases, intervals, verdicts, what is withheld, what is refused."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from math import hypot
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.contract import card, protocol
from agglo.contract import indicators as vocabulary
from agglo.contract.errors import InvalidInput
from agglo.contract.outcome import Outcome
from agglo.models.water.indicators import indicators

from .volume_scenes import EMPTY, SIREN, built, figure, published, row, rows_of, written
from .volume_scenes import ask as asked

Ask = Callable[..., Outcome]
CASES = published()


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    def answer(*rows: dict[str, Any], **parameters: Any) -> Outcome:
        return asked(tmp_path, rows or [row()], **parameters)

    return answer


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_worked_cases(ask: Ask, case: dict[str, Any]) -> None:
    told = {name: value for name, value in case.items() if name.endswith(("_m3", "_km"))}
    withdrawal = told.pop("stress_withdrawal_m3")
    stress = {"water_stress": bool(withdrawal), "water_stress_withdrawal_m3": withdrawal}
    outcome = ask(row(**told, **stress))
    for name in ("network-yield", "non-counted-index", "loss-index", "consumption-index", "yield-threshold"):
        decimals = 3 if name.startswith(("network", "yield")) or case["case"].startswith("L-Town") else 4
        assert round(figure(outcome, name)["value"], decimals) == case[name], name
    assert figure(outcome, "network-yield")["verdict"] == case["verdict"]


def test_the_leakage_index_of_the_worked_case(ask: Ask) -> None:
    outcome = ask(built())
    assert round(figure(outcome, "unavoidable-losses")["value"], 1) == 494.1
    found = figure(outcome, "leakage-index")
    assert (round(found["value"], 2), found["verdict"], found["quality"]) == (1.72, "in-domain", "modelled")


def test_a_missed_threshold_says_by_how_much_and_what_to_save(ask: Ask) -> None:
    case = CASES["L-Town 2019"]
    outcome = ask(row(**{name: value for name, value in case.items() if name in EMPTY}))
    assert figure(outcome, "yield-gap")["value"] == pytest.approx(70.238 - 84.592, abs=0.001)
    saved = figure(outcome, "volume-to-save")["value"]
    assert 100 * case["metered_m3"] / (case["produced_m3"] - saved) == pytest.approx(84.592, abs=0.001)
    assert outcome.notes[0] == (
        "200056232 2023: yield 70.2%, threshold 84.6%: not reached, 14.4 points below; losses must fall by "
        "372,832\u00a0m³/yr to reach it, and the decree asks for a plan of action."
    )


def test_intervals_by_hand(ask: Ask) -> None:
    outcome = ask(row(produced_uncertainty=3.0, imported_uncertainty=0.0, exported_uncertainty=0.0), bulk_uncertainty=9)
    half = hypot(0.03 * 1_200_000, 0.02 * 930_000, 0.5 * 12_000, 0.5 * 18_000)
    losses = figure(outcome, "real-losses")
    assert (losses["low"], losses["high"]) == pytest.approx((310_000 - half, 310_000 + half))
    share = 77.037 * hypot(0.03 * 1_200_000 / 1_350_000, hypot(0.02 * 930_000, 6000, 9000) / 1_040_000)
    found = figure(outcome, "network-yield")
    assert (found["low"], found["high"]) == pytest.approx((77.037 - share, 77.037 + share), abs=0.01)
    assert "produced_m3" not in "".join(one for one in outcome.notes if one.startswith("Assumed"))


def test_intervals_stay_within_what_is_possible(ask: Ask) -> None:
    outcome = ask(row(produced_m3=900_000.0, exported_m3=0.0, metered_m3=1_000_000.0, produced_uncertainty=30.0))
    assert figure(outcome, "network-yield")["high"] == 100
    assert figure(outcome, "loss-index")["low"] == 0
    assert figure(outcome, "yield-gap")["high"] > 15


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_arithmetic_holds_when_it_is_done_again(ask: Ask, language: str) -> None:
    """What is written is read back as a calculation and gives the result that is written."""
    case = {name: value for name, value in CASES["L-Town 2019"].items() if name in EMPTY}
    for one in (built(), built(unauthorised_m3=10_000.0), built(**case)):
        steps = rows_of(ask(one), "arithmetic")
        assert [step["step"] for step in steps] == list(range(1, 15))
        for step in steps:
            asked_for, _sign, result = step[f"worked_{language}"].rpartition(" = ")
            given = _calculation(asked_for, language)
            printed = re.fullmatch(r"(\S*\d)\s?\D?.*", _plain(result, language))
            assert printed is not None
            decimals = len(printed[1].partition(".")[2])
            close = 0.51 * 10**-decimals + (0.001 if step["indicator"] == "yield-gap" else 1e-9 * abs(given))
            assert given == pytest.approx(float(printed[1]), abs=close), step["indicator"]


def _plain(text: str, language: str) -> str:
    text = text.replace("\u202f", "").replace("\u00a0", " ").replace("−", "-")
    return text.replace(",", ".") if language == "fr" else text.replace(",", "")


def _calculation(text: str, language: str) -> float:
    words = _plain(text, language).replace("×", "*").replace(";", ",")
    assert re.fullmatch(r"[\d. ()*/+,maxin-]+", words), words
    return float(eval(words))


def test_the_arithmetic_is_written_in_both_languages_whatever_is_spoken(ask: Ask, monkeypatch: Any) -> None:
    def steps() -> list[dict[str, Any]]:
        return rows_of(ask(built()), "arithmetic")

    english = steps()
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    assert steps() == english
    (found,) = [one for one in english if one["indicator"] == "network-yield"]
    assert found["worked_fr"].replace("\u202f", " ").replace("\u00a0", " ") == (
        "100 × (960 000 + 80 000) / (1 200 000 + 150 000) = 77,037 %"
    )
    assert found["formula_fr"] == "100 × (volume consommé autorisé + exporté) / (produit + importé)"


def test_without_a_length_what_can_be_said_is_said(ask: Ask) -> None:
    outcome = ask(row(network_km=None))
    assert figure(outcome, "network-yield")["verdict"] == ""
    for name in ("non-counted-index", "loss-index", "consumption-index", "yield-threshold", "yield-gap"):
        found = figure(outcome, name)
        assert (found["value"], found["reason"]) == (None, "no-network-km")
    assert figure(outcome, "real-losses")["value"] == 310_000
    assert "No length of mains for 200056232 2023: no index by km and no threshold." in outcome.notes
    assert not rows_of(outcome, "arithmetic", indicator="loss-index")
    vocabulary.check(outcome.indicators)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"metered_m3": 1_100_000.0}, "reached"),
        ({"metered_m3": 700_000.0}, "not-reached"),
        ({"metered_m3": 800_000.0}, ""),
        ({"metered_m3": 800_000.0, "water_stress": True, "water_stress_withdrawal_m3": 3e6}, "not-reached"),
    ],
)
def test_without_a_length_a_verdict_only_where_no_length_changes_it(
    ask: Ask, changed: dict[str, Any], verdict: str
) -> None:
    assert figure(ask(row(network_km=None, **changed)), "network-yield")["verdict"] == verdict


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({}, "in-domain", ""),
        ({"connections": 4000.0}, "extended-domain", ""),
        ({"pressure_m": 20.0}, "", "outside-domain"),
        ({"network_km": 40.0, "connections": 1000.0}, "", "outside-domain"),
        ({"pressure_m": None}, "", "no-build"),
        ({"connections": None}, "", "no-build"),
    ],
)
def test_the_leakage_index_is_withheld_where_it_does_not_hold(
    ask: Ask, changed: dict[str, Any], verdict: str, reason: str
) -> None:
    outcome = ask(built(**changed))
    found = figure(outcome, "leakage-index")
    assert (found["verdict"], found["reason"]) == (verdict, reason)
    assert (found["value"] is None) == bool(reason)
    (told,) = [one for one in outcome.indicators if one.name == "water.leakage-index"]
    assert told.value == found["value"]
    said = "\n".join(outcome.notes)
    assert ("order of magnitude" in said) == (verdict == "extended-domain")
    assert ("look surer than it is" in said) == (reason == "outside-domain")


def test_losses_are_judged_by_the_density_of_subscribers(ask: Ask) -> None:
    for subscribers, kind, verdict in (
        (2000.0, "rural", "not-acceptable"),
        (8000.0, "intermediate", "acceptable"),
        (20_000.0, "urban", "acceptable"),
    ):
        outcome = ask(built(subscribers=subscribers))
        assert figure(outcome, "subscribers-per-km")["verdict"] == kind
        assert figure(outcome, "loss-index")["verdict"] == verdict
    assert figure(ask(row()), "loss-index")["verdict"] == ""


def test_apparent_losses_are_taken_from_real_ones(ask: Ask) -> None:
    outcome = ask(built(unauthorised_m3=10_000.0, under_registered_m3=20_000.0))
    assert figure(outcome, "real-losses")["value"] == 280_000
    assert figure(outcome, "loss-cost")["value"] == 70_000
    assert figure(outcome, "loss-index")["value"] == figure(ask(built()), "loss-index")["value"]
    assert not any("all losses are taken as real" in one for one in outcome.notes)


def test_what_is_billed_changes_revenue_alone(ask: Ask) -> None:
    outcome = ask(row(unbilled_metered_m3=30_000.0, billed_unmetered_m3=2000.0))
    assert figure(outcome, "non-revenue-water")["value"] == 1_350_000 - (900_000 + 2000 + 80_000)
    assert figure(outcome, "network-yield")["value"] == figure(ask(row()), "network-yield")["value"]


def test_three_years_together_and_the_change(ask: Ask) -> None:
    years = [
        row(year=2021),
        row(year=2022),
        row(year=2023, metered_m3=700_000.0),
        row(year=2022, sector="Plateau"),
    ]
    outcome = ask(*years)
    found = figure(outcome, "network-yield", since=2021)
    assert found["value"] == pytest.approx(100 * (2 * 1_040_000 + 810_000) / (3 * 1_350_000))
    assert (found["verdict"], found["year"]) == ("reached", 2023)
    assert figure(outcome, "network-yield", year=2023)["verdict"] == "not-reached"
    assert any("over three years together the threshold is reached" in one for one in outcome.notes)
    (change,) = rows_of(outcome, "change", indicator="network-yield")
    assert change["change"] == pytest.approx(100 * (810_000 - 1_040_000) / 1_350_000)
    assert (change["since"], change["year"], change["direction"]) == (2021, 2023, "down")
    assert not rows_of(outcome, "change", sector="Plateau")


def test_three_years_must_follow_one_another(ask: Ask) -> None:
    outcome = ask(row(year=2020), row(year=2022), row(year=2023))
    assert {one["since"] for one in rows_of(outcome, "performance")} == {None}


def test_the_balance_is_by_place_and_sector(ask: Ask) -> None:
    outcome = ask(row(), row(sector="Plateau", produced_m3=1_100_000.0))
    shares = {one["entry"]: one["share_of_input"] for one in rows_of(outcome, "balance", sector="Plateau")}
    assert shares["system-input"] == 100
    assert shares["authorised-consumption"] + shares["water-losses"] == pytest.approx(100)
    assert {one.sector for one in outcome.indicators} == {"", "Plateau"}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "missing volume": ({"imported_m3": None}, "imported_m3: found nothing, expected a value. Write 0 where there is"),
    "nothing put in": ({"produced_m3": 0.0, "imported_m3": 0.0}, r"produced and imported: found 0\sm³, expected water"),
    "more exported than put in": (
        {"exported_m3": 1_400_000.0},
        r"exported: found 1,400,000\sm³, expected at most what",
    ),
    "more used than put in": ({"metered_m3": 1_300_000.0}, "consumption and exports: .*same twelve months"),
    "input in thousands": ({"produced_m3": 1200.0, "imported_m3": 150.0, "exported_m3": 80.0}, "thousands of m3"),
    "consumption in thousands": (
        {"exported_m3": 0.0, "metered_m3": 930.0, "unmetered_m3": 12.0, "service_m3": 18.0},
        "found 0.0711 % of what is put in.*thousands of m3",
    ),
    "zero length": ({"network_km": 0.0}, "network_km: found 0, expected more than 0. Leave it empty"),
    "negative length": ({"network_km": -210.0}, "network_km: found -210, expected more than 0"),
    "negative volume": ({"service_m3": -1.0}, "service_m3: found -1, expected 0 or more"),
    "not a number": ({"metered_m3": float("nan")}, "metered_m3: found nan"),
    "more unbilled than metered": ({"unbilled_metered_m3": 1e6}, "unbilled_metered_m3: .*at most metered_m3, 930,000"),
    "more apparent than lost": ({"unauthorised_m3": 4e5}, "unauthorised and under-registered: .*at most the losses"),
    "stress without withdrawal": ({"water_stress": True}, "water_stress_withdrawal_m3: found nothing"),
    "withdrawal without stress": (
        {"water_stress": False, "water_stress_withdrawal_m3": 5.0},
        r"found 5\sm³, expected 0, outside such a zone",
    ),
    "unknown quality": ({"quality": "guessed"}, "quality: found guessed.*measured, modelled"),
    "no source": ({"source": ""}, "source: found nothing"),
}


@pytest.mark.parametrize(("changed", "match"), REFUSED.values(), ids=list(REFUSED))
def test_bad_volumes_are_refused(ask: Ask, changed: dict[str, Any], match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        ask(row(**changed))


def test_every_fault_is_listed_at_once(ask: Ask) -> None:
    bad = [
        row(year=2020, metered_m3=None, network_km=-1.0),
        row(year=2021, exported_m3=2e6),
        row(year=2022),
        row(year=2022),
    ]
    with pytest.raises(InvalidInput, match="rows 3, 4, 200056232 2022: found the same year 2 times") as error:
        ask(*bad)
    assert len(error.value.faults) == 4


def test_a_missing_column_and_an_empty_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="column metered_m3: found no such column"):
        asked(tmp_path, [row()], columns=[name for name in EMPTY if name != "metered_m3"])
    with pytest.raises(InvalidInput, match="found no row"):
        asked(tmp_path, [])


def test_optional_columns_may_be_missing(tmp_path: Path) -> None:
    needed = [name for name, value in row().items() if value is not None and name != "network_km"]
    outcome = asked(tmp_path, [row()], columns=needed)
    assert figure(outcome, "network-yield")["value"] == pytest.approx(77.037, abs=0.001)


AMOUNT = st.floats(0, 1e7)


@given(st.floats(1e3, 1e7), *[st.floats(0, 0.2)] * 4, st.floats(0.3, 0.6), st.none() | st.floats(0.1, 1e4))
def test_any_possible_year_is_answered(
    tmp_path_factory: pytest.TempPathFactory,
    put_in: float,
    exported: float,
    unmetered: float,
    service: float,
    imported: float,
    metered: float,
    length: float | None,
) -> None:
    shares = {"exported": exported, "unmetered": unmetered / 4, "service": service / 4, "metered": metered}
    volumes = {f"{name}_m3": share * put_in for name, share in shares.items()}
    produced = {"produced_m3": (1 - imported) * put_in, "imported_m3": imported * put_in}
    outcome = asked(tmp_path_factory.mktemp("any"), [built(**volumes, **produced, network_km=length)])
    vocabulary.check(outcome.indicators)
    for one in rows_of(outcome, "performance"):
        assert (one["value"] is None) == bool(one["reason"])
        if one["low"] is not None:
            assert one["low"] <= one["value"] <= one["high"]
    for one in rows_of(outcome, "balance"):
        assert 0 <= one["low"] <= one["value"] <= one["high"]


def test_tables_have_the_columns_that_are_promised(ask: Ask) -> None:
    outcome = ask(built(year=2022), built())
    assert {one.name: list(one.columns) for one in indicators.outputs} == {
        name: found.column_names for name, found in outcome.tables.items()
    }
    assert all(found.num_rows for found in outcome.tables.values())


def test_indicators_can_be_kept(ask: Ask) -> None:
    outcome = ask(built())
    vocabulary.check(outcome.indicators)
    assert {one.name for one in outcome.indicators} == {
        name for name in vocabulary.vocabulary() if name.startswith("water.") and name in _OWN
    }
    assert {one.quality for one in ask(built(quality="assumed")).indicators} == {"assumed"}


_OWN = {f"water.{name}" for name in ("network-yield", "yield-threshold", "yield-gap", "volume-to-save")} | {
    f"water.{name}"
    for name in ("non-counted-index", "loss-index", "consumption-index", "real-losses", "non-revenue-water")
}
_OWN |= {"water.leakage-index", "water.loss-cost"}


def test_of_many_services_the_notes_stay_short(ask: Ask) -> None:
    rows = [row(sector=f"S{rank}", metered_m3=930_000.0 if rank % 2 else 700_000.0) for rank in range(20)]
    notes = ask(*rows).notes
    assert notes[0].startswith("Threshold of the yield not reached by 10 of 20 services in their last year: ")
    assert notes[0].endswith(" and 4 more.")
    assert len(notes) < 12
    assert ask(built()).notes[0].endswith("reached, 9.3 points above.")


def test_a_verdict_within_the_errors_says_so(ask: Ask) -> None:
    notes = ask(row(metered_m3=800_000.0, produced_uncertainty=10.0)).notes
    assert (
        "200056232 2023: the errors of the volumes are wider than the gap; other meters could turn the verdict."
        in notes
    )


def test_the_card_is_complete_and_its_own() -> None:
    found = card.of(indicators)
    assert not [one for one in found.missing() if one.startswith("maker.")]
    assert found.maker.title["en"] == "Regulatory indicators and water balance"
    assert indicators.name == "water.indicators@1.0.0"


def test_the_worker_gives_the_same_answer_from_a_copy_of_the_code(ask: Ask, tmp_path: Path) -> None:
    code, folder_in, folder_out = tmp_path / "code", tmp_path / "in", tmp_path / "out"
    shutil.copytree(indicators.code, code, ignore=shutil.ignore_patterns("__pycache__"))
    folder_in.mkdir()
    folder_out.mkdir()
    parameters = indicators.parameters.resolve({"bulk_uncertainty": "3 %"})
    inputs = written(folder_in, [built()])
    protocol.write_question(folder_in, protocol.Question("water.indicators", "1.0.0", parameters, 0, inputs))
    words = ["run", "--in", str(folder_in), "--out", str(folder_out), "--entry", indicators.entry, "--code", str(code)]
    done = subprocess.run(
        [sys.executable, "-m", "agglo.contract.worker", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = protocol.read_answer(folder_out)
    expected = ask(built(), bulk_uncertainty=3.0)
    assert answer.indicators == expected.indicators
    assert pq.read_table(answer.tables["performance"]).equals(expected.tables["performance"])
    assert SIREN in expected.notes[0]
