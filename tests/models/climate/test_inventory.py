"""climate.inventory as a whole: what adds up, what is said, and the same answer from a worker on a copy of its code."""

import json
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
from agglo.models.climate.inventory import inventory
from agglo.models.climate.nomenclature import SECTORS

from .inventory_scenes import COMMUNES, SIREN, Rows, row, rows_of, strasbourg, written
from .inventory_scenes import ask as asked

GOLDEN = Path(__file__).parent / "golden" / "inventory.json"
Ask = Callable[..., Outcome]

SMALL: Rows = [
    row(100.0, "residential", place="91272", carrier="gas", quality="measured"),
    row(20.0, "residential", place="91272", carrier="oil", uncertainty=0.3),
    row(60.0, "residential", place="91477", carrier="gas"),
    row(0.5, "residential", place="91272", carrier="gas", substance="energy", unit="GWh"),
    row(300.0, "road-transport", place="91272", quality="declared", source="other"),
    row(7.0, "waste"),
    row(10.0, "agriculture", place="91477", carrier="none", substance="CH4"),
    row(3.0, "agriculture", place="91477", substance="NH3"),
    row(180.4, "residential"),
    row(90.0, "residential", place="91272", carrier="gas", year=2019),
]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    def answer(rows: Rows, **parameters: Any) -> Outcome:
        return asked(inventory, tmp_path, {"inventory": rows}, **parameters)

    return answer


def total(outcome: Outcome, place: str = SIREN, sector: str = "all", year: int = 2020) -> dict[str, Any]:
    (found,) = rows_of(outcome, "totals", place=place, sector=sector, year=year)
    return found


def test_golden_answer(ask: Ask, request) -> None:
    outcome = ask(SMALL, gwp="AR5")
    answer = {
        "totals": outcome.tables["totals"].to_pylist(),
        "lines": outcome.tables["lines"].to_pylist(),
        "notes": outcome.notes,
    }
    if request.config.getoption("--update-golden", default=False):
        GOLDEN.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert answer["notes"] == kept["notes"]
    for name in ("totals", "lines"):
        for one, other in zip(answer[name], kept[name], strict=True):
            for column, value in other.items():
                assert one[column] == (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value)


def test_a_small_territory_by_hand(ask: Ask) -> None:
    outcome = ask(SMALL, gwp="AR5")
    assert total(outcome)["emissions_tco2e"] == pytest.approx(120 + 60 + 300 + 7 + 280)
    assert total(outcome, "91272")["emissions_tco2e"] == pytest.approx(420)
    half = hypot(100 * 0.05, 20 * 0.3)
    found = total(outcome, "91272", "residential")
    assert (found["low_tco2e"], found["high_tco2e"]) == pytest.approx((120 - half, 120 + half))
    assert (found["energy_mwh"], found["energy_low_mwh"]) == pytest.approx((500, 425))
    assert (found["boundary"], found["gwp"], found["quality"]) == ("scope-1-2", "AR5", "modelled")
    assert total(outcome, "91272")["quality"] == "declared"


def test_what_is_not_held_is_empty_and_not_zero(ask: Ask) -> None:
    outcome = ask(SMALL, gwp="AR5")
    assert not rows_of(outcome, "totals", place="91477", sector="road-transport")
    assert total(outcome, "91477", "residential")["energy_mwh"] is None
    assert not [one for one in outcome.indicators if (one.name, one.place) == ("climate.energy", "91477")]
    assert "Tertiary, Other transport, Industry except energy, Energy industry" in " ".join(outcome.notes)


def test_zero_means_zero(ask: Ask) -> None:
    outcome = ask([row(0.0)])
    assert (total(outcome)["emissions_tco2e"], total(outcome)["low_tco2e"], total(outcome)["high_tco2e"]) == (0, 0, 0)
    assert {one.value for one in outcome.indicators} == {0.0}


AMOUNTS = st.dictionaries(
    st.tuples(
        st.sampled_from(COMMUNES),
        st.integers(2019, 2020),
        st.sampled_from([*SECTORS]),
        st.sampled_from(["gas", "none"]),
        st.sampled_from(["CO2e", "energy", "CH4"]),
    ),
    st.floats(0, 1e7),
    min_size=1,
    max_size=40,
)


@given(AMOUNTS, st.floats(0, 10), st.sampled_from(["independent", "by-source"]))
def test_sectors_and_communes_add_up(tmp_path_factory, amounts, halfwidth: float, errors: str) -> None:
    rows = [
        row(value, sector, place=place, year=year, carrier=carrier, substance=substance)
        for (place, year, sector, carrier, substance), value in amounts.items()
        if not (substance == "CH4" and (place, year, sector, carrier, "CO2e") in amounts)
    ]
    outcome = asked(
        inventory,
        tmp_path_factory.mktemp("any"),
        {"inventory": rows},
        gwp="AR5",
        territory=SIREN,
        modelled_halfwidth=halfwidth,
        errors=errors,
    )
    indicators.check(outcome.indicators)
    table = outcome.tables["totals"].to_pylist()
    for column in ("emissions_tco2e", "energy_mwh"):
        values = {(one["place"], one["year"], one["sector"]): one[column] for one in table if one[column] is not None}
        for (place, year, sector), value in values.items():
            sectors = [other for (p, y, s), other in values.items() if (p, y) == (place, year) and s != "all"]
            communes = [other for (p, y, s), other in values.items() if (y, s) == (year, sector) and p != SIREN]
            if sector == "all":
                assert fsum(sectors) == pytest.approx(value, rel=1e-9, abs=1e-9)
            if place == SIREN:
                assert fsum(communes) == pytest.approx(value, rel=1e-9, abs=1e-9)
    for one in table:
        if one["emissions_tco2e"] is not None:
            assert 0 <= one["low_tco2e"] <= one["emissions_tco2e"] <= one["high_tco2e"]


def test_errors_of_one_source_widen_the_interval(ask: Ask) -> None:
    rows = [row(100.0, place=place) for place in COMMUNES]
    apart, together = (ask(rows, territory=SIREN, errors=how) for how in ("independent", "by-source"))
    assert total(together)["high_tco2e"] == pytest.approx(345)
    assert total(apart)["high_tco2e"] == pytest.approx(300 + hypot(15, 15, 15))
    said = "plus or minus 9 % if each figure errs on its own, 15 % if those of one source err together"
    assert said in " ".join(apart.notes)


def test_half_widths_are_parameters(ask: Ask) -> None:
    assert total(ask([row(100.0)], modelled_halfwidth="30 %"))["low_tco2e"] == pytest.approx(70)
    assert total(ask([row(100.0, uncertainty=0.1)], modelled_halfwidth=0.3))["low_tco2e"] == pytest.approx(90)
    assert total(ask([row(100.0, uncertainty=2.0)]))["low_tco2e"] == 0


def test_lines_are_the_rows_that_are_counted(ask: Ask) -> None:
    outcome = ask(SMALL, gwp="AR5")
    lines = outcome.tables["lines"].to_pylist()
    assert fsum(one["emissions_tco2e"] or 0.0 for one in lines) == pytest.approx(total(outcome)["emissions_tco2e"] + 90)
    assert not [one for one in lines if one["place"] == SIREN and one["sector"] == "residential"]
    assert {one["substance"] for one in lines} == {"CO2e", "CH4", "energy"}
    assert all((one["emissions_tco2e"] is None) != (one["energy_mwh"] is None) for one in lines)


def test_tables_have_the_columns_that_are_promised(ask: Ask) -> None:
    outcome = ask(SMALL, gwp="AR5")
    promised = {one.name: list(one.columns) for one in inventory.outputs}
    assert promised == {name: found.column_names for name, found in outcome.tables.items()}


def test_notes_say_what_must_be_known(ask: Ask) -> None:
    said = "\n".join(ask(SMALL, gwp="AR5").notes)
    for part in (
        "Boundary: direct emissions, and those of electricity",
        "those of the IPCC's AR5",
        "Emissions in 2020: 13 % measured, 48 % modelled, 39 % declared.",
        "Assumed: figures without a stated uncertainty",
        "known for the territory only, and in no commune's total: Waste",
        "differ by up to 0.22 % (printed roundings)",
        "in no figure here: the pollutants NH3",
        "2019 91477 Housing",
    ):
        assert part in said
    assert "does not say which IPCC report" in "\n".join(ask([row(1.0, gwp="not-stated")]).notes)
    assert "Energy: the inventory holds none." in ask([row(1.0)]).notes


def test_the_territory_of_communes_is_given_or_refused(ask: Ask) -> None:
    communes = [row(1.0, place=place) for place in COMMUNES]
    with pytest.raises(InvalidInput, match="territory: found nothing, expected the SIREN code of the territory"):
        ask(communes)
    assert total(ask(communes, territory="200000001"), "200000001")["emissions_tco2e"] == 3
    with pytest.raises(InvalidInput, match=f"territory: found 200000001, expected {SIREN}, the territory of the table"):
        ask([*communes, row(3.0)], territory="200000001")
    with pytest.raises(InvalidInput, match="territory"):
        inventory.parameters.resolve({"territory": "91477"})


def test_one_commune_or_several_territories_need_no_total(ask: Ask) -> None:
    assert {one["place"] for one in rows_of(ask([row(1.0, place="91477")]), "totals")} == {"91477"}
    two = [row(1.0), row(2.0, place="200000001")]
    assert {one["place"] for one in rows_of(ask(two), "totals")} == {SIREN, "200000001"}
    assert total(ask(two, territory="200000002"), "200000002")["emissions_tco2e"] == 3
    with pytest.raises(InvalidInput, match="a code other than these, for the whole they make up: 200000001, 200056232"):
        ask(two, territory=SIREN)


def test_strasbourg_keeps_the_totals_of_the_state(ask: Ask) -> None:
    outcome = ask(strasbourg())
    assert total(outcome, "246700488", "residential", 2015)["emissions_tco2e"] == 513_790
    assert outcome.tables["totals"].column("gwp").unique().to_pylist() == ["not-stated"]


def test_rows_in_another_order_give_the_same_totals(ask: Ask) -> None:
    assert ask(SMALL[::-1], gwp="AR5").tables["totals"].equals(ask(SMALL, gwp="AR5").tables["totals"])


def test_a_table_of_pollutants_alone_has_no_figure(ask: Ask) -> None:
    outcome = ask([row(1.0, substance="NOx")])
    assert outcome.indicators == []
    assert outcome.tables["totals"].num_rows == 0


def test_the_card_is_complete_and_its_own() -> None:
    found = card.of(inventory)
    assert not [one for one in found.missing() if one.startswith("maker.")]
    assert found.maker.title["en"] == "Inventory of energy and emissions"
    assert inventory.name == "climate.inventory@1.0.0"
    assert inventory.parameters.resolve({})["gwp"] == "as-stated"


def test_the_worker_gives_the_same_answer_from_a_copy_of_the_code(ask: Ask, tmp_path: Path) -> None:
    code, folder_in, folder_out = tmp_path / "code", tmp_path / "in", tmp_path / "out"
    shutil.copytree(inventory.code, code, ignore=shutil.ignore_patterns("__pycache__"))
    done = _worker(folder_in, folder_out, code, SMALL)
    assert done.returncode == 0, done.stderr
    answer = protocol.read_answer(folder_out)
    expected = ask(SMALL, gwp="AR5")
    assert answer.indicators == expected.indicators
    assert answer.notes == expected.notes
    assert pq.read_table(answer.tables["totals"]).equals(expected.tables["totals"])


def test_the_worker_refuses_with_every_fault(tmp_path: Path) -> None:
    rows = [*SMALL, row(-1.0, "industri"), row(5.0, "tertiary", unit="MWh")]
    done = _worker(tmp_path / "in", tmp_path / "out", inventory.code, rows)
    assert done.returncode == protocol.EXIT_REFUSED
    error = protocol.read_error(tmp_path / "out")
    assert error is not None
    assert len(error[1]) == 3


def _worker(folder_in: Path, folder_out: Path, code: Path, rows: Rows) -> subprocess.CompletedProcess[str]:
    folder_in.mkdir()
    folder_out.mkdir()
    parameters = inventory.parameters.resolve({"gwp": "AR5"})
    inputs = written(folder_in, {"inventory": rows})
    protocol.write_question(folder_in, protocol.Question("climate.inventory", "1.0.0", parameters, 0, inputs))
    words = ["run", "--in", str(folder_in), "--out", str(folder_out), "--entry", inventory.entry, "--code", str(code)]
    return subprocess.run(
        [sys.executable, "-m", "agglo.contract.worker", *words], capture_output=True, text=True, check=False
    )


def test_the_source_is_that_of_the_rows_or_this_model(ask: Ask) -> None:
    outcome = ask([row(1.0, source="A"), row(1.0, "waste", source="B")])
    assert {(one.sector, one.source) for one in outcome.indicators} == {
        ("residential", "A"),
        ("waste", "B"),
        ("", "climate.inventory"),
    }
