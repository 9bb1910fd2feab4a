"""Reading an inventory: common units, what is refused with its row, and what is counted once."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.contract.errors import InvalidInput
from agglo.models.climate.inventory_rows import printed_to
from agglo.models.climate.inventory_table import Inventory, check_rows, read_inventory

from .inventory_scenes import COMMUNES, SIREN, Rows, row, strasbourg, table, written


def read(folder: Path, rows: Rows, **how: Any) -> Inventory:
    return read_inventory(written(folder, {"inventory": rows}).inventory, **how)


def emitted(held: Inventory) -> float:
    return sum(one.value for one in held.emissions)


@pytest.mark.parametrize(
    ("value", "unit", "substance", "expected"),
    [
        (1.5, "GWh", "energy", 1500.0),
        (1500.0, "kWh", "energy", 1.5),
        (2.0, "ktCO2e", "CO2e", 2000.0),
        (2.0, "MtCO2e", "CO2e", 2e6),
        (2.0, "kgCO2e", "HFC", 0.002),
        (500.0, "kg", "NOx", 0.5),
        (0.0, "t", "CH4", 0.0),
    ],
)
def test_values_are_brought_to_common_units(value: float, unit: str, substance: str, expected: float) -> None:
    gwp = "AR5" if "CO2e" in unit else "not-applicable"
    (found,) = check_rows(table([row(value, substance=substance, unit=unit, gwp=gwp)]))
    assert found.value == pytest.approx(expected)
    assert found.unit == {"energy": "MWh", "NOx": "t", "CH4": "t"}.get(substance, "tCO2e")


def test_an_empty_uncertainty_stays_unknown() -> None:
    first, second = check_rows(table([row(1.0), row(1.0, "waste", uncertainty=0.0)]))
    assert (first.uncertainty, second.uncertainty) == (None, 0.0)
    assert check_rows(table([row(1.0)]).drop_columns(["uncertainty"]))[0].uncertainty is None


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"sector": "residental"}, r"row 1, 200056232 2020 residental CO2e, sector.*Did you mean \"residential\""),
        ({"sector": "all"}, "sector: found all, expected a regulatory sector"),
        ({"carrier": "gaz"}, r"carrier: found gaz.*Did you mean \"gas\""),
        ({"substance": "CO2eq"}, r"substance: found CO2eq.*Did you mean \"CO2e\""),
        ({"unit": "tCO2"}, "unit: found tCO2, expected a unit of an inventory"),
        ({"value": -1.0}, "value: found −1 tCO2e|value: found -1 tCO2e, expected 0 or more.*Carbon stored by land"),
        ({"substance": "energy", "unit": "MWh", "value": -1.0}, "value: found -1 MWh, expected 0 or more"),
        ({"value": float("nan")}, "value: found nan"),
        ({"value": float("inf")}, "value: found inf"),
        ({"value": None}, "value: found nothing"),
        ({"substance": "energy", "unit": "tCO2e"}, "unit: found tCO2e, expected energy in MWh, GWh, kWh"),
        ({"unit": "MWh"}, "unit: found MWh, expected CO2e in tCO2e"),
        ({"unit": "t"}, "unit: found t, expected CO2e in tCO2e"),
        ({"substance": "CH4", "unit": "tCO2e"}, "expected CH4 in t, kg"),
        ({"substance": "PFC", "unit": "t"}, "a mass of PFC, a family of gases"),
        ({"gwp": "not-applicable"}, "gwp: found not-applicable.*Write not-stated"),
        ({"gwp": "AR3"}, "gwp: found AR3, expected a report of the IPCC"),
        ({"boundary": "scope-3"}, "boundary: found scope-3"),
        ({"quality": "guessed"}, "quality: found guessed"),
        ({"source": ""}, "source: found nothing"),
        ({"place": "CPS"}, "place: found CPS, expected an INSEE code"),
        ({"subsector": "Houses"}, "subsector: found Houses"),
        ({"year": 20}, "year: found 20"),
        ({"uncertainty": 20.0}, "uncertainty: found 20, .*20 % is written 0.2"),
        ({"uncertainty": -0.1}, "uncertainty: found -0.1"),
    ],
)
def test_a_bad_row_is_named(changed: dict[str, Any], match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        check_rows(table([row(1.0) | changed]))


def test_every_fault_is_said_at_once(tmp_path: Path) -> None:
    rows = [
        row(-3.0, "residental"),
        row(1.0, "waste", unit="MWh"),
        row(5.0, "industry"),
        row(5.0, "industry"),
        row(9.0, "tertiary", year=2018),
        row(9.0, "tertiary", year=2020, gwp="AR4"),
        row(9.0, "tertiary", year=2021, boundary="life-cycle"),
        row(1.0, "agriculture", substance="CH4"),
        row(100.0, "road-transport"),
        row(60.0, "road-transport", carrier="oil"),
    ]
    with pytest.raises(InvalidInput) as error:
        read(tmp_path, rows, consecutive=True)
    said = [str(fault) for fault in error.value.faults]
    for number, part in enumerate(
        [
            "residental",
            "found -3 tCO2e",
            "found MWh",
            "rows 3, 4",
            "scope-1-2 (row 3), life-cycle (row 7)",
            "no row for 2019",
            "AR5 (row 3), AR4 (row 6)",
            "CH4 (row 8)",
            "total 100 tCO₂e, by carrier 60 tCO₂e".replace(" t", "\u00a0t"),
        ]
    ):
        assert part in said[number]
    assert len(said) == 9


def test_columns_are_named() -> None:
    bad = table([row(1.0)]).rename_columns(["plce", *table([]).column_names[1:]])
    with pytest.raises(InvalidInput, match="column place: found no such column"):
        check_rows(bad)
    with pytest.raises(InvalidInput, match="column value: found string, expected a number"):
        check_rows(table([row(1.0)]).set_column(6, "value", pa.array(["1"])))
    with pytest.raises(InvalidInput, match="column year: found double, expected a year"):
        check_rows(table([row(1.0)]).set_column(1, "year", pa.array([2020.0])))


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no row"):
        check_rows(table([]))


def test_two_boundaries_are_two_inventories() -> None:
    rows = [row(1.0), row(2.0, boundary="life-cycle")]
    with pytest.raises(InvalidInput, match=r"scope-1-2 \(row 1\), life-cycle \(row 2\), expected one boundary"):
        check_rows(table(rows))
    assert len(check_rows(table(rows), one_boundary=False)) == 2
    with pytest.raises(InvalidInput, match="rows 2, 3"):
        check_rows(table([*rows, row(5.0, boundary="life-cycle", carrier="gas")]), one_boundary=False)


def test_year_gaps_are_refused_on_demand() -> None:
    rows = [row(1.0, year=2015), row(1.0, year=2018), row(1.0, "waste", year=2015), row(1.0, "waste", year=2016)]
    assert len(check_rows(table(rows))) == 4
    with pytest.raises(InvalidInput, match="residential emissions: found no row for 2016, 2017") as error:
        check_rows(table(rows), consecutive=True)
    assert len(error.value.faults) == 1


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ([], [("all", 100.0)]),
        ([("gas", "all", 60.0), ("oil", "all", 40.2)], [("gas", 60.0), ("oil", 40.2)]),
        ([("all", "heating", 70.0), ("all", "other", 30.0)], [("all", 100.0)]),
        (
            [("gas", "all", 60.0), ("oil", "all", 40.0), ("all", "heating", 70.0), ("all", "other", 30.0)],
            [("gas", 60.0), ("oil", 40.0)],
        ),
        ([("gas", "heating", 60.0), ("oil", "heating", 40.0)], [("gas", 60.0), ("oil", 40.0)]),
        (
            [("all", "heating", 70.0), ("all", "other", 30.0), ("gas", "heating", 50.0), ("oil", "heating", 20.0)],
            [("gas", 50.0), ("oil", 20.0), ("all", 30.0)],
        ),
        (
            [("gas", "all", 60.0), ("oil", "all", 40.0), ("gas", "heating", 45.0), ("gas", "other", 15.0)],
            [("gas", 60.0), ("oil", 40.0)],
        ),
        (
            [
                *[("all", "heating", 70.0), ("all", "other", 30.0), ("gas", "all", 60.0), ("oil", "all", 40.0)],
                ("gas", "heating", 45.0),
            ],
            [("gas", 60.0), ("oil", 40.0)],
        ),
    ],
)
def test_a_total_and_its_details_are_counted_once(tmp_path: Path, details, expected) -> None:
    rows = [row(100.0)] + [row(value, carrier=carrier, subsector=sub) for carrier, sub, value in details]
    for ordered in (rows, rows[::-1]):
        held = read(tmp_path, ordered)
        assert sorted((one.carrier, one.value) for one in held.emissions) == sorted(expected)
    if details:
        assert read(tmp_path, rows[1:]).emissions
        assert sorted(one.carrier for one in read(tmp_path, rows[1:]).emissions if one.carrier != "all") == sorted(
            carrier for carrier, _value in expected if carrier != "all"
        )


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        ([row(100.0), row(60.0, carrier="gas"), row(39.0, carrier="oil")], r"total 100.tCO₂e, by carrier 99.tCO₂e"),
        ([row(100.0), row(60.0, carrier="gas")], r"total 100.tCO₂e, by carrier 60.tCO₂e.*rows 1, 2.*count twice"),
        ([row(60.0, carrier="gas"), row(90.0, subsector="heating")], r"by carrier 60.tCO₂e, by subsector 90.tCO₂e"),
        (
            [row(60.0, carrier="gas"), row(50.0, carrier="gas", subsector="heating")],
            r"residential CO2e gas: found total 60.tCO₂e, details 50.tCO₂e",
        ),
        (
            [row(v, substance="energy", carrier=c) for v, c in ((10.0, "all"), (10.0, "gas"), (10.0, "heat"))],
            r"total 10.MWh, by carrier 20.MWh",
        ),
        (
            [row(v, substance="NOx", carrier=c) for v, c in ((10.0, "all"), (11.0, "gas"))],
            r"residential NOx: found total 10.t, by carrier 11.t",
        ),
    ],
)
def test_what_would_count_twice_is_refused_with_both_figures(tmp_path: Path, rows: Rows, match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        read(tmp_path, rows)


def test_disjoint_details_add_up_without_a_total(tmp_path: Path) -> None:
    rows = [
        row(70.0, "agriculture", carrier="none", subsector="livestock"),
        row(30.0, "agriculture", carrier="oil"),
    ]
    assert emitted(read(tmp_path, rows)) == 100


def test_roundings_of_printed_figures_are_accepted_a_little_further(tmp_path: Path) -> None:
    printed = [row(5870.0, "tertiary"), row(5900.0, "tertiary", subsector="heating")]
    held = read(tmp_path, printed)
    assert emitted(held) == 5870
    assert held.rounding == pytest.approx(30 / 5900)
    with pytest.raises(InvalidInput, match="5,871"):
        read(tmp_path, [row(5871.0, "tertiary"), row(5901.0, "tertiary", subsector="heating")])
    with pytest.raises(InvalidInput, match="count twice"):
        read(tmp_path, [row(60.0), row(100.0, subsector="heating")])


@pytest.mark.parametrize(("value", "unit"), [(5900.0, 100.0), (5870.0, 10.0), (0.25, 0.01), (0.0, 0.0), (1e6, 1e6)])
def test_what_a_figure_seems_printed_to(value: float, unit: float) -> None:
    assert printed_to(value) == pytest.approx(unit)


def test_strasbourg_as_the_state_computes_it_can_be_read(tmp_path: Path) -> None:
    held = read(tmp_path, strasbourg(), consecutive=True)
    assert held.territory == "246700488"
    residential = [one.value for one in held.emissions if one.sector == "residential" and one.year == 2015]
    assert residential == [513_790]


def test_gases_and_equivalents_of_one_thing_are_counted_once(tmp_path: Path) -> None:
    gases = [row(100.0, substance="CO2"), row(1.0, substance="CH4"), row(2.0, substance="HFC")]
    held = read(tmp_path, [row(130.0), *gases], gwp="AR5")
    assert [(one.substance, one.value) for one in held.emissions] == [("CO2e", 130.0)]
    assert {one.substance: one.value for one in read(tmp_path, gases, gwp="AR5").emissions} == {
        "CO2": 100.0,
        "CH4": 28.0,
        "HFC": 2.0,
    }
    with pytest.raises(InvalidInput, match=r"CO2e 150.tCO₂e, gases 130.tCO₂e"):
        read(tmp_path, [row(150.0), *gases], gwp="AR5")


def test_gases_of_another_part_are_added_to_equivalents(tmp_path: Path) -> None:
    rows = [
        row(40.0, "agriculture", carrier="oil"),
        row(10.0, "agriculture", carrier="none", subsector="livestock", substance="CH4"),
        row(1.0, "agriculture", carrier="none", subsector="soils", substance="N2O"),
    ]
    assert emitted(read(tmp_path, rows, gwp="AR5")) == pytest.approx(40 + 280 + 265)


@pytest.mark.parametrize("report", ["AR4", "AR5", "AR6"])
def test_the_report_is_chosen(tmp_path: Path, report: str) -> None:
    held = read(tmp_path, [row(1.0, "waste", substance="CH4")], gwp=report)
    assert emitted(held) == {"AR4": 25, "AR5": 28, "AR6": 27.9}[report]
    assert held.gwp == report


@pytest.mark.parametrize(
    ("rows", "gwp", "match"),
    [
        ([row(1.0, gwp="AR4"), row(1.0, "waste", gwp="AR6")], "as-stated", r"AR4 \(row 1\), AR6 \(row 2\)"),
        (
            [row(1.0, gwp="AR4"), row(1.0, "waste", substance="CH4")],
            "AR6",
            r"gwp: found AR6, expected AR4, that of row 1",
        ),
        ([row(1.0, gwp="AR4"), row(1.0, "waste", substance="CH4")], "as-stated", r"CH4 \(row 2\).*convert with: AR4"),
        ([row(1.0, substance="N2O")], "as-stated", "Set the parameter gwp to .*: AR4, AR5, AR6"),
        ([row(1.0, gwp="AR5")], "AR6", "set gwp to AR5"),
        ([row(1.0)], "AR7", "gwp: found AR7"),
    ],
)
def test_potentials_of_two_reports_are_never_mixed(tmp_path: Path, rows: Rows, gwp: str, match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        read(tmp_path, rows, gwp=gwp)


def test_what_is_said_of_potentials(tmp_path: Path) -> None:
    assert read(tmp_path, [row(1.0, gwp="AR4")]).gwp == "AR4"
    assert read(tmp_path, [row(1.0, gwp="AR4"), row(1.0, "waste", gwp="not-stated")]).gwp == "not-stated"
    assert read(tmp_path, [row(1.0, substance="CO2")]).gwp == "not-applicable"
    assert emitted(read(tmp_path, [row(1.0, substance="CO2")])) == 1


def test_communes_and_their_territory_are_counted_once(tmp_path: Path) -> None:
    communes = [row(value, place=place) for place, value in zip(COMMUNES, (10.0, 20.0, 30.0), strict=True)]
    waste = row(7.0, "waste")
    held = read(tmp_path, [row(60.1), *communes, waste])
    assert emitted(held) == 67
    assert held.territory == SIREN
    with pytest.raises(InvalidInput, match=r"2020 residential CO2e: found territory 65.tCO₂e, communes 60.tCO₂e"):
        read(tmp_path, [row(65.0), *communes, waste])
    gases = [row(value, place=place, substance="CO2") for place, value in zip(COMMUNES, (10, 20, 30), strict=True)]
    with pytest.raises(InvalidInput, match=r"residential emissions: found territory 65.tCO₂e, communes 60.tCO₂e"):
        read(tmp_path, [row(65.0), *gases])


def test_communes_of_two_territories_are_refused(tmp_path: Path) -> None:
    rows = [row(1.0), row(1.0, place="200000001"), row(1.0, place=COMMUNES[0])]
    with pytest.raises(InvalidInput, match="place: found 200000001, 200056232, expected one territory"):
        read(tmp_path, rows)
    assert read(tmp_path, rows[:2]).territory == ""


PARTS = st.dictionaries(
    st.tuples(st.sampled_from(COMMUNES), st.sampled_from(["residential", "waste"]), st.sampled_from(["gas", "oil"])),
    st.floats(0, 1e6),
    min_size=1,
)


@given(PARTS)
def test_adding_exact_totals_changes_nothing_that_is_counted(tmp_path_factory, parts) -> None:
    folder = tmp_path_factory.mktemp("parts")
    rows = [row(value, sector, place=place, carrier=carrier) for (place, sector, carrier), value in parts.items()]
    totals: dict[tuple[str, str], float] = {}
    for (place, sector, _carrier), value in parts.items():
        for one in (place, SIREN):
            totals[one, sector] = totals.get((one, sector), 0.0) + value
    alone = read(folder, rows)
    beside = read(folder, [*rows, *(row(value, sector, place=place) for (place, sector), value in totals.items())])
    assert sorted(one.value for one in beside.emissions) == sorted(one.value for one in alone.emissions)
    assert all(one.value >= 0 for one in alone.emissions)
