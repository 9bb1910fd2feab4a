"""Series of the State's platform: read, refused, and written again as they were."""

import csv
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from agglo.contract.errors import InvalidInput
from agglo.models.climate.inventory_table import check_rows
from agglo.models.climate.nomenclature import SECTORS
from agglo.studies.climate import cae, cae_export, grid, identifiers

from .conftest import SERIES, row, table


def _series(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "series.csv"
    path.write_text(text, encoding="utf-8")
    return path


def _read(tmp_path: Path, text: str) -> cae.Read:
    return cae.read(_file(tmp_path, text), place="246700488", source="s")


def test_the_series_of_strasbourg_come_back_unchanged(strasbourg: pa.Table, tmp_path: Path) -> None:
    written = grid.write(cae_export.export(strasbourg), tmp_path / "out.csv")
    found = _series(written[0])
    assert found == _series(SERIES)
    assert (len(found) - 1, len(found[0]) - 3) == (34, 36)


def test_what_comes_back_can_be_read_again(strasbourg: pa.Table, tmp_path: Path) -> None:
    grid.write(cae_export.export(strasbourg), tmp_path / "out.csv")
    assert cae.read(tmp_path / "out.csv", place="246700488", source="ADEME").table.equals(strasbourg)


def test_an_xlsx_of_series_is_read_as_a_csv_is(strasbourg: pa.Table, tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for line, cells in enumerate(_series(SERIES)):
        book.active.append([float(one) if line and column > 2 else one for column, one in enumerate(cells)])
    book.save(tmp_path / "series.xlsx")
    assert cae.read(tmp_path / "series.xlsx", place="246700488", source="ADEME").table.equals(strasbourg)


def test_the_inventory_is_one_that_models_accept(strasbourg: pa.Table) -> None:
    assert len(check_rows(strasbourg)) == 1224


def test_road_transport_is_the_printed_sum_less_other_transport(strasbourg: pa.Table) -> None:
    road = [one for one in strasbourg.to_pylist() if one["sector"] == "road-transport" and one["subsector"] == "all"]
    assert road[0]["value"] == 675090 - 21500
    assert road[0]["source"] == "ADEME; cae_1.k - cae_1.f"


def test_parts_and_total_of_2015(strasbourg: pa.Table) -> None:
    year = strasbourg.filter(pc.equal(strasbourg["year"], 2015)).to_pylist()
    whole = {one["sector"]: one["value"] for one in year if (one["subsector"], one["substance"]) == ("all", "CO2e")}
    assert set(whole) == set(SECTORS)
    assert sum(whole.values()) == 513790 + 451040 + 675090 + 35300 + 39790 + 348530 + 0


def test_a_line_a_figure_is_read_too(tmp_path: Path) -> None:
    found = _read(tmp_path, "id;année;unité;valeur\ncae_1.c;2019;kteq CO2;1 234,5\ncae_2.e;2019;GWh;2\n").table
    assert [(one["value"], one["unit"]) for one in found.to_pylist()] == [(1234.5, "ktCO2e"), (2.0, "GWh")]


def test_the_unit_must_be_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"unite.*no such column.*kteq CO2"):
        _read(tmp_path, "id,year,value\ncae_1.c,2019,5\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("cae_1.cz,,teq CO2,5", 'cae_1.cz: expected an identifier of the platform. Did you mean "cae_1.c'),
        ("cae_1.c,,GWh,5", "cae_1.c, 2019: found GWh, expected teq CO2, kteq CO2"),
        ("cae_2.e,,teq CO2,5", "cae_2.e, 2019: found teq CO2, expected GWh"),
        ("cae_4.aa,,GWh,5", "cae_4.aa, 2019: found GWh, expected tonnes"),
        ("cae_1.c,,teq CO2,-5", "cae_1.c, 2019: found -5, expected 0 or more"),
        ("cae_63.a,,teq CO2,-5", "no emission and no consumption"),
    ],
)
def test_what_cannot_be_a_row_is_refused(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(said)) as error:
        _read(tmp_path, f"id,titre,unite,2019\n{line}\n")
    assert error.value.faults


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as error:
        _read(tmp_path, "id,unite,2019\ncae_1.c,teq CO2,-1\ncae_1.d,GWh,1\ncae_9.z,teq CO2,1\n")
    assert len(error.value.faults) == 3


def test_a_printed_sum_that_its_parts_contradict_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"cae_1.k, 2019: found 200, expected the sum of its parts, 150"):
        _read(tmp_path, "id,unite,2019\ncae_1.e,teq CO2,100\ncae_1.f,teq CO2,50\ncae_1.k,teq CO2,200\n")
    with pytest.raises(InvalidInput, match=r"cae_1.k, 2019: found 40, expected at least cae_1.f = 50"):
        _read(tmp_path, "id,unite,2019\ncae_1.f,teq CO2,50\ncae_1.k,teq CO2,40\n")


def test_a_total_is_compared_where_every_sector_is_given(tmp_path: Path) -> None:
    sectors = "".join(f"{identifiers.of_sector('CO2e', one)},teq CO2,10\n" for one in SECTORS)
    notes = cae.said(_read(tmp_path, f"id,unite,2019\n{sectors}cae_1.a,teq CO2,80\n").notes)
    assert notes == ["cae_1.a, 2019: compared with the sum of sectors, which agrees but for rounding; left out."]
    with pytest.raises(InvalidInput, match=r"cae_1.a, 2019: found 90"):
        _read(tmp_path, f"id,unite,2019\n{sectors}cae_1.a,teq CO2,90\n")


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    found = _read(tmp_path, "id,unite,2019\ncae_1.c,teq CO2,5\ncae_63.b,teq CO2,-9\ncae_1.k,teq CO2,9\n")
    notes = " ".join(cae.said(found.notes))
    assert "Left out: cae_63.b" in notes
    assert "cae_1.k, 2019: left out; nothing splits it" in notes
    assert found.table.num_rows == 1


def test_carriers_are_summed_and_said_so() -> None:
    found = cae_export.export(
        table(
            row("residential", 0.1, substance="energy", carrier="gas"),
            row("residential", 0.2, substance="energy", carrier="oil"),
        )
    )
    assert [(line.labels[0], line.figures) for line in found.lines] == [("cae_2.e", {2019: 0.3})]
    assert [(one.done, one.where) for one in found.changes] == [("computed", "cae_2.e")]


def test_what_has_no_identifier_is_listed() -> None:
    found = cae_export.export(
        table(row("waste", 5), row("waste", 5, subsector="landfill"), row("waste", 1, substance="CH4"))
    )
    assert [one.what for one in found.changes] == ["waste / landfill / CO2e", "waste / CH4"]
    assert {one.done for one in found.changes} == {"no identifier"}


def test_one_place_is_exported() -> None:
    held = [row("waste", 5), row("waste", 3, place="91477")]
    assert [one.what for one in cae_export.export(table(*held)).changes] == ["91477"]
    assert cae_export.export(table(*held), "91477").lines[0].figures == {2019: 3.0}
    with pytest.raises(InvalidInput, match=r"place.*--place CODE"):
        cae_export.export(table(row("waste", 5, place="91272"), row("waste", 3, place="91477")))
    with pytest.raises(InvalidInput, match=r'Did you mean "91477"'):
        cae_export.export(table(*held), "91478")


def test_identifiers_are_consistent() -> None:
    known = identifiers.known()
    assert len(known) == 123
    assert {one.seen for one in known.values()} == {"strasbourg", "trajectory", "diagnostic"}
    assert sum(one.seen == "strasbourg" for one in known.values()) == 34
    assert len(identifiers.by_row()) == sum(one.use == "row" for one in known.values())
