"""Exports: PCAET grid, GPC and Covenant of Mayors, and what each says it changed."""

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.contract import formulas
from agglo.contract.errors import InvalidInput
from agglo.models.climate.nomenclature import CARRIERS, SECTORS
from agglo.studies.climate import com, correspondence, counted, gpc, grid, pcaet, rows
from agglo.studies.climate.grid import Grid

from .conftest import row, table


def _lines(found: Grid, year: int = 2019) -> dict[tuple[str, ...], float | None]:
    return {line.labels: line.figures.get(year) for line in found.lines}


def _refs(found: Grid) -> dict[str, float | None]:
    return {line.labels[0]: line.figures.get(2019) for line in found.lines}


def test_the_grid_of_strasbourg_has_the_platform_s_identifiers(strasbourg: pa.Table) -> None:
    found = pcaet.export(strasbourg.filter(pc.equal(strasbourg["year"], 2015)))
    values = {line.labels[0]: line.figures.get(2015) for line in found.lines if line.labels[0]}
    assert (values["cae_1.c"], values["cae_1.e"], values["cae_2.e"]) == (513.79, 653.59, 3609.24)
    assert values["cae_1.a"] == 2063.54
    assert values["cae_2.g"] is None, "what is not held is not zero"
    assert len(values) == 8 * 8 + 1, "sectors by gases, energy and pollutants, and the only whole total"
    assert any(one.done == "not held" and "Road transport" in one.what for one in found.changes)


def test_a_total_of_some_sectors_has_no_identifier() -> None:
    found = pcaet.export(table(row("waste", 1000), row("residential", 500)))
    total = next(line for line in found.lines if line.labels[2] == "sectors that are held")
    assert (total.labels[0], total.figures) == ("", {2019: 1.5})


def test_carriers_and_pollutants_are_in_the_grid() -> None:
    found = pcaet.export(
        table(
            row("residential", 3, substance="energy", carrier="gas"),
            row("residential", 2, substance="NOx"),
            row("residential", 1.5, substance="NOx", subsector="heating"),
            row("residential", 0.5, substance="NOx", subsector="other"),
        )
    )
    values = _lines(found)
    assert values["cae_2.e", "final energy", "Housing", "All carriers", "GWh"] == 0.003
    assert values["", "final energy", "Housing", "Gas", "GWh"] == 0.003
    assert values["cae_4.aa", "NOx", "Housing", "All carriers", "tonnes"] == 2
    assert [one.what for one in found.changes if one.done == "no identifier"] == ["Gas"]


def test_a_footprint_is_refused() -> None:
    for export in (pcaet.export, gpc.export, com.export):
        with pytest.raises(InvalidInput, match="cannot be taken out"):
            export(table(row("waste", 5, boundary="life-cycle")))


def test_scope_1_alone_says_what_is_missing() -> None:
    found = pcaet.export(table(row("waste", 5, boundary="scope-1")))
    assert (found.changes[0].what, found.changes[0].done) == ("scope 2", "not held")


def test_gases_take_a_report() -> None:
    held = table(row("agriculture", 10, substance="CH4", carrier="none"))
    with pytest.raises(InvalidInput):
        gpc.export(held)
    found = pcaet.export(held, gwp="AR5")
    assert _lines(found)["cae_1.g", "greenhouse gas emissions", "Agriculture", "All carriers", "kteq CO2"] == 0.28
    assert any(one.what == "CH4" and "AR5" in one.why["en"] for one in found.changes)


def test_scope_2_of_the_gpc_is_what_comes_by_a_grid() -> None:
    found = gpc.export(
        table(
            row("residential", 7, carrier="gas"),
            row("residential", 5, carrier="electricity"),
            row("residential", 1, carrier="heat"),
        )
    )
    assert _refs(found) == {"I.1.1": 7.0, "I.1.2": 6.0, "BASIC": 13.0}
    moved = [one for one in found.changes if one.done == "moved"]
    assert {one.what for one in moved} == {"Housing / Electricity", "Housing / District heating and cooling"}
    assert all("scope 2" in one.why["en"] and one.unit == "tCO2e" for one in moved)


def test_basic_leaves_out_processes_livestock_and_soils() -> None:
    found = gpc.export(
        table(
            row("industry", 9, carrier="none"),
            row("industry", 4, carrier="gas"),
            row("agriculture", 10),
            row("agriculture", 3, subsector="energy"),
            row("agriculture", 6, subsector="livestock"),
            row("agriculture", 1, subsector="cropping"),
        )
    )
    assert _refs(found) == {"I.3.1": 4.0, "I.5": 3.0, "BASIC": 7.0}
    left = {one.what: one.figures for one in found.changes if one.done == "left out"}
    assert left["Industry except energy / Not from energy"] == {2019: 9.0}
    assert left["Agriculture / livestock"] == {2019: 6.0}


def test_agriculture_as_one_figure_cannot_be_split() -> None:
    found = gpc.export(table(row("agriculture", 10), row("waste", 2)))
    assert _refs(found) == {"III": 2.0, "BASIC": 2.0}
    assert any("give energy apart" in one.why["en"] for one in found.changes)
    assert any(one.where == "III.1.2, III.2.2, III.3.2, III.4.2" for one in found.changes)


def test_references_of_the_gpc_are_in_order() -> None:
    held = [row("waste", 1), row("road-transport", 1), row("residential", 1), row("other-transport", 1)]
    assert list(_refs(gpc.export(table(*held)))) == ["I.1", "II.1", "II.2-II.5", "III", "BASIC"]


def test_the_covenant_counts_four_sectors_and_others_where_measures_are_planned() -> None:
    held = table(
        row("tertiary", 10),
        row("tertiary", 2, subsector="municipal"),
        row("tertiary", 8, subsector="other"),
        row("residential", 7, carrier="gas"),
        row("residential", 1, carrier="none"),
        row("road-transport", 20),
        row("industry", 30),
    )
    found = com.export(held)
    totals = {line.labels[0]: line.figures[2019] for line in found.lines if line.labels[2] == "total"}
    assert totals == {
        "Residential buildings": 7.0, "Municipal buildings and facilities": 2.0,
        "Tertiary buildings and facilities": 8.0, "Transport": 20.0, "total": 37.0,
    }  # fmt: skip
    left = {one.what for one in found.changes if one.done == "left out"}
    assert left == {"Housing / Not from energy", "Industry except energy"}
    more = com.export(held, measures=["industry"])
    assert {line.labels[0]: line.figures[2019] for line in more.lines}["total"] == 67.0
    with pytest.raises(InvalidInput, match='Did you mean "industry"'):
        com.export(held, measures=["industrie"])


def test_a_tertiary_sector_without_its_municipal_part_says_so() -> None:
    found = com.export(table(row("tertiary", 10), row("tertiary", 9.99, subsector="heating")))
    assert found.lines[-1].figures == {2019: 10.0}, "a total stays whole where nothing calls for its details"
    assert [(one.done, one.where) for one in found.changes] == [("not separable", "Tertiary buildings and facilities")]


def test_every_part_of_an_inventory_has_its_rule() -> None:
    for name in ("gpc", "com"):
        for sector in SECTORS:
            for carrier in ("all", *CARRIERS):
                for subsector in ("all", "anything", *correspondence.subsectors(name).get(sector, ())):
                    figure = counted.Figure(sector, subsector, carrier, "emissions", 2019, 1.0)
                    assert len(correspondence.sorted_out(name, [figure])) == 1
        for rule in correspondence.rules(name):
            assert bool(rule.done) == bool(rule.why_fr) == bool(rule.why_en)


_FIGURES = st.dictionaries(
    st.tuples(st.sampled_from(list(SECTORS)), st.sampled_from(list(CARRIERS))),
    st.floats(0, 1e7).map(lambda value: round(value, 3)),
    min_size=1,
)


@given(_FIGURES)
def test_nothing_is_lost_between_lines_and_changes(figures: dict[tuple[str, str], float]) -> None:
    held = table(*(row(sector, value, carrier=carrier) for (sector, carrier), value in figures.items()))
    found = gpc.export(held)
    kept = _refs(found)["BASIC"] or 0.0
    left = sum((one.figures or {}).get(2019, 0.0) or 0.0 for one in found.changes if one.done == "left out")
    assert kept + left == pytest.approx(sum(figures.values()), rel=1e-9, abs=1e-9)


def test_communes_are_summed_where_no_place_is_named() -> None:
    held = table(row("waste", 2, place="91477"), row("waste", 3, place="91272"))
    assert _refs(gpc.export(held))["BASIC"] == 5.0
    assert _refs(gpc.export(held, "91477"))["BASIC"] == 2.0


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_csv_comes_with_its_changes(tmp_path: Path) -> None:
    files = grid.write(gpc.export(table(row("waste", 2.5))), tmp_path / "g.csv")
    assert [one.name for one in files] == ["g.csv", "g-changes.csv"]
    assert _read(files[0]) == [
        ["GPC reference", "subsector", "scope", "unit", "2019"],
        ["III", "Waste and wastewater", "1", "tCO2e", "2.5"],
        ["BASIC", "total of the lines above", "1+2", "tCO2e", "2.5"],
    ]
    assert _read(files[1])[0] == ["rows of the inventory", "what was done", "line of the export", "why", "unit", "2019"]


def test_a_workbook_holds_both(tmp_path: Path) -> None:
    files = grid.write(gpc.export(table(row("waste", 2.5))), tmp_path / "g.xlsx")
    book: Any = openpyxl.load_workbook(files[0])
    assert book.sheetnames == ["grid", "changes"]
    assert [cell.value for cell in book["grid"][2]] == ["III", "Waste and wastewater", "1", "tCO2e", 2.5]


@pytest.mark.parametrize("text", ["=1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "a;=1+1", "'=x"])
def test_a_text_is_never_a_formula_and_reads_the_same(text: str, tmp_path: Path) -> None:
    content = Grid("t", ("a",), (2019,), (grid.Line((text,), {2019: -1.0}),))
    written, _changes = grid.write(content, tmp_path / "g.csv")
    with written.open(encoding="utf-8", newline="") as file:
        cell, figure = list(csv.reader(file))[1]
    assert (cell, figure) == (formulas.neutral(text), "-1")
    assert formulas.restored(cell) == text
    assert formulas.neutral(text).startswith("'") or ";'=" in cell
    (book,) = grid.write(content, tmp_path / "g.xlsx")
    held: Any = openpyxl.load_workbook(book)["grid"]["A2"]
    assert (held.value, held.data_type) == (text, "s")


def test_a_number_as_a_text_stays_as_it_is() -> None:
    for text in ("-12.5", "+3", "-", "-1e-05", "-1 234,5 %"):
        assert formulas.neutral(text) == text


def test_an_export_is_written_where_it_can_be(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"\.csv, \.xlsx"):
        grid.check_place(tmp_path / "g.doc")
    with pytest.raises(InvalidInput, match="no such folder"):
        grid.check_place(tmp_path / "none" / "g.csv")


def test_figures_keep_their_digits() -> None:
    assert [rows.written(one) for one in (0.0, 1e21, 0.1, 1234567.25)] == ["0", "1" + "0" * 21, "0.1", "1234567.25"]
