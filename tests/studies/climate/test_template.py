"""The workbook to fill in: written, filled, read, refused cell by cell."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from agglo.contract.errors import InvalidInput, NotFound
from agglo.models.climate import uncertainty
from agglo.studies.climate import filled, layout, template

from .conftest import EMISSION, ENERGY, FACTOR, Fill


def _sheets(path: Path) -> Any:
    return openpyxl.load_workbook(path)


def test_a_filled_workbook_gives_energy_and_emissions(fill: Fill) -> None:
    found = filled.read_template(fill()).to_pylist()
    energy, computed, direct = (
        next(one for one in found if (one["sector"], one["substance"]) == key)
        for key in (("residential", "energy"), ("residential", "CO2e"), ("waste", "CO2e"))
    )
    assert (energy["value"], energy["unit"], energy["uncertainty"], energy["quality"]) == (
        1000,
        "MWh",
        0.03,
        "measured",
    )
    assert (computed["value"], computed["unit"], computed["gwp"]) == (200, "tCO2e", "AR5")
    assert computed["uncertainty"] == pytest.approx(0.05)
    assert computed["quality"] == "declared"
    assert computed["source"] == "bills × 0.2 kgCO2e/kWh, PCI, 2019, a test factor"
    assert (direct["value"], direct["carrier"], direct["uncertainty"]) == (500, "none", None)
    assert len(found) == 3


def test_the_interval_of_a_product_is_that_of_the_ipcc(fill: Fill) -> None:
    assert uncertainty.of_product(0.03, 0.04) == 0.05
    found = filled.read_template(fill(factors=[{**FACTOR, "uncertainty": None}])).to_pylist()
    assert next(one for one in found if one["carrier"] == "gas" and one["substance"] == "CO2e")["uncertainty"] is None


def test_the_factor_of_a_sector_goes_before_that_of_all(fill: Fill) -> None:
    own = {**FACTOR, "sector": "Housing", "value": 0.1}
    found = filled.read_template(fill(factors=[FACTOR, own])).to_pylist()
    assert next(one for one in found if one["carrier"] == "gas" and one["substance"] == "CO2e")["value"] == 100


def test_units_of_factors_agree(fill: Fill) -> None:
    for value, unit in ((0.2, "kgCO2e/kWh"), (0.2, "tCO2e/MWh"), (200, "gCO2e/kWh")):
        found = filled.read_template(fill(factors=[{**FACTOR, "value": value, "unit": unit}])).to_pylist()
        assert next(one for one in found if one["carrier"] == "gas" and one["substance"] == "CO2e")["value"] == 200


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_template_is_well_made(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGLO_LANGUAGE", language)
    book = _sheets(template.write(tmp_path / "t.xlsx", place="01004", year=2019))
    assert book.sheetnames == [text[language] for text in layout.SHEETS.values()]
    for name, heads in layout.HEADS.items():
        sheet = book[layout.SHEETS[name][language]]
        assert not sheet.merged_cells.ranges
        assert sheet.freeze_panes == "A2"
        assert sheet.protection.sheet
        assert all(sheet.cell(1, rank).protection.locked for rank in range(1, len(heads) + 1))
        assert not sheet.cell(2, 1).protection.locked
        assert len(sheet.data_validations.dataValidation) == sum(
            head.kind in ("choice", "number", "percent", "year") for head in heads
        )
    energy = book[layout.SHEETS[layout.ENERGY][language]]
    assert (energy["A2"].value, energy["A2"].number_format, energy["B2"].value) == ("01004", "@", 2019)
    assert energy.max_row == 1 + 8 * 7
    factors = book[layout.SHEETS[layout.FACTORS][language]]
    assert all(factors.cell(line, 3).value is None for line in range(2, factors.max_row + 1)), "no factor is supplied"


def test_both_languages_are_read_whatever_the_language_in_force(
    fill: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = filled.read_template(fill())
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    assert filled.read_template(fill_path := tmp_path / "filled.xlsx").equals(english)
    assert filled.is_template(fill_path)


def test_a_template_that_is_not_filled_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"t\.xlsx, Energy, Emissions: found no value"):
        filled.read(template.write(tmp_path / "t.xlsx"))


def _moved(book: Any) -> None:
    """The sector after the year's place: two columns change places."""
    sheet = book["Energy"]
    for line in range(1, sheet.max_row + 1):
        first, second = sheet.cell(line, 3), sheet.cell(line, 5)
        first.value, second.value = second.value, first.value


def _set(sheet: str, cell: str, value: object) -> Callable[[Any], object]:
    return lambda book: book[sheet].__setitem__(cell, value)


SHAPES = {
    "moved column": (
        _moved,
        r'Energy!C1: found "Carrier \*", expected "Sector \*"\. This column was moved to Energy!E1',
    ),
    "renamed column": (_set("Energy", "F1", "MWh"), r'Energy!F1: found "MWh", expected "Final energy \(MWh\) \*"'),
    "missing column": (
        lambda book: book["Factors"].delete_cols(3),
        r"Factors!C1: found .*This column was (moved|removed)",
    ),
    "one column more": (_set("Energy", "K1", "Remark"), r'Energy!K1: found "Remark", expected no further column'),
    "missing sheet": (lambda book: book.remove(book["Factors"]), r'sheet "Factors": found no such sheet'),
    "renamed sheet": (lambda book: setattr(book["Factors"], "title", "Factor"), 'Did you mean "Factor"'),
    "another version": (_set("Read me", "B2", f"{layout.MARK} 9 en"), "of another version.*found 9, expected 1"),
    "no mark": (_set("Read me", "B2", "hello"), "not the template of an inventory"),
    "merged": (lambda book: book["Energy"].merge_cells("A2:A3"), r"Energy!A2:A3: found merged cells"),
    "formula without result": (_set("Energy", "F2", "=1+1"), r"Energy!F2: found a formula without a result"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_template_out_of_shape_is_refused_with_the_cell(shape: str, fill: Fill) -> None:
    change, said = SHAPES[shape]
    with pytest.raises(InvalidInput, match="(?s)" + said):
        filled.read(fill(change=change))


CELLS = {
    "unknown sector": (
        _set("Energy", "C2", "Housin"),
        r'Energy!C2 \("Sector"\): found "Housin".*Did you mean "Housing"',
    ),
    "unknown carrier": (_set("Energy", "E2", "Gaz naturel"), r'Energy!E2 \("Carrier"\): found "Gaz naturel"'),
    "negative": (_set("Energy", "F2", -5), r"Energy!F2 .*found -5, expected 0 or more"),
    "text": (_set("Energy", "F2", "1 234 MWh"), r'Energy!F2 .*found "1 234 MWh", expected a number.*no unit'),
    "year": (_set("Energy", "B2", 19), r'Energy!B2 .*found "19", expected a year from 1900 to 2200'),
    "date": (_set("Energy", "B2", __import__("datetime").date(2019, 1, 1)), r"Energy!B2 .*expected a year"),
    "lost zero": (_set("Energy", "A2", 1004), r'Energy!A2 .*found "1004".*type 01004'),
    "no place": (_set("Energy", "A2", None), r"Energy!A2 .*found an empty cell"),
    "no quality": (_set("Energy", "I2", None), r"Energy!I2 .*found an empty cell, expected a name of the list"),
    "no value": (_set("Energy", "F2", None), r"Energy!F2: found an empty cell, expected a value, as Uncertainty"),
    "uncertainty": (_set("Energy", "H2", 5000), r"Energy!H2 .*at most 1000 %"),
    "subsector": (_set("Energy", "D2", "Éco quartier"), r'Energy!D2 .*Such as "eco-quartier"'),
    "heating value": (
        _set("Energy", "G2", "Gross (HHV)"),
        r"Energy!G2: found Gross \(HHV\), expected Net \(LHV\).*Factors!F2",
    ),
    "no heating value": (_set("Energy", "G2", None), r"Energy!G2: found nothing, expected Net \(LHV\) or Gross"),
    "two boundaries": (
        _set("Factors", "E2", "Life cycle"),
        r"Life cycle \(Factors!E2\), Scopes 1 and 2 \(Emissions!I2\)",
    ),
    "unit": (_set("Emissions", "H2", "t"), r"Emissions!H2: found t \(CO2e\), expected tCO2e"),
    "gwp": (_set("Emissions", "J2", "Not applicable"), r"Emissions!J2: .*Write “Not stated”"),
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_wrong_cell_is_named(cell: str, fill: Fill) -> None:
    change, said = CELLS[cell]
    with pytest.raises(InvalidInput, match=said):
        filled.read(fill(change=change))


def test_every_wrong_cell_is_told_at_once(fill: Fill) -> None:
    def change(book: Any) -> None:
        book["Energy"]["F2"], book["Energy"]["C2"], book["Emissions"]["G2"] = -1, "x", "y"

    with pytest.raises(InvalidInput) as error:
        filled.read(fill(change=change))
    assert [fault.where.split(" ")[0] for fault in error.value.faults] == ["Energy!C2", "Energy!F2", "Emissions!G2"]


def test_a_figure_given_twice_is_refused(fill: Fill) -> None:
    with pytest.raises(InvalidInput, match=r"Energy!F3: found given in Energy!F2 too"):
        filled.read(fill(energy=[ENERGY, ENERGY]))
    with pytest.raises(InvalidInput, match=r"Factors!C3: found given in Factors!C2 too"):
        filled.read(fill(factors=[FACTOR, FACTOR]))
    for carrier in ("Gas", "All carriers"):
        direct = {**EMISSION, "sector": "Housing", "carrier": carrier}
        with pytest.raises(InvalidInput, match=r"Emissions!G2: found also given by Energy!F2 × Factors!C2"):
            filled.read(fill(emissions=[direct]))


def test_energy_without_factor_is_kept_and_said(fill: Fill) -> None:
    found = filled.read(fill(factors=()))
    assert found.table.num_rows == 2
    assert [note["en"] for note in found.notes] == [
        "Gas: neither a factor nor emissions (Housing); these emissions are missing from the total."
    ]


def test_a_factor_that_serves_nothing_is_said(fill: Fill) -> None:
    oil = {**FACTOR, "carrier": "Oil products"}
    assert [note["en"] for note in filled.read(fill(factors=[FACTOR, oil])).notes] == [
        "Factors without an energy to multiply: Factors!C3."
    ]


def test_a_source_may_be_said_once_for_all(fill: Fill) -> None:
    bare = {**ENERGY, "source": None}
    found = filled.read_template(fill(energy=[bare])).to_pylist()
    assert next(one for one in found if one["substance"] == "energy")["source"] == "A survey"
    with pytest.raises(InvalidInput, match=r"Energy!J2: found an empty cell"):
        filled.read(fill(energy=[bare], described=("A", "B", "C")))


def test_cells_in_percent_are_shares(fill: Fill) -> None:
    def change(book: Any) -> None:
        book["Energy"]["H2"], book["Energy"]["H2"].number_format = 0.03, "0%"

    found = filled.read_template(fill(change=change)).to_pylist()
    assert next(one for one in found if one["substance"] == "energy")["uncertainty"] == 0.03


def test_there_must_be_a_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="No file"):
        filled.read(tmp_path / "none.xlsx")


def test_a_template_is_written_as_xlsx_only(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"ends in \.xlsx"):
        template.write(tmp_path / "t.csv")
    with pytest.raises(InvalidInput, match="folder that exists"):
        template.write(tmp_path / "none" / "t.xlsx")
