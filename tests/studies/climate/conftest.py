"""Inventories and filled workbooks to try exchange with."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from agglo.studies.climate import cae, rows, template

PUBLISHED = Path(__file__).parents[2] / "published"
SERIES = PUBLISHED / "strasbourg-cae.csv"

Fill = Callable[..., Path]


@pytest.fixture(scope="session")
def strasbourg() -> pa.Table:
    """The published series as an inventory."""
    return cae.read(SERIES, place="246700488", source="ADEME").table


def row(sector: str, value: float, **given: Any) -> dict[str, Any]:
    """A row of an inventory of Paris-Saclay in 2019."""
    substance = given.get("substance", "CO2e")
    unit = {"energy": "MWh", "CO2e": "tCO2e"}.get(substance, "t")
    return {
        "place": "200056232", "year": 2019, "sector": sector, "subsector": "all", "carrier": "all",
        "substance": substance, "value": value, "unit": unit, "boundary": "scope-1-2",
        "gwp": "AR5" if substance == "CO2e" else "not-applicable", "quality": "modelled", "source": "test",
    } | given  # fmt: skip


def table(*held: Mapping[str, Any]) -> pa.Table:
    return rows.table(held)


DESCRIBED = ("A title", "The agency", "Licence Ouverte 2.0", "A survey")

ENERGY = {
    "place": "200056232", "year": 2019, "sector": "Housing", "subsector": None, "carrier": "Gas", "value": 1000,
    "heating": "Net (LHV)", "uncertainty": 3, "quality": "Measured", "source": "bills",
}  # fmt: skip
FACTOR = {
    "carrier": "Gas", "sector": None, "value": 0.2, "unit": "kgCO2e/kWh", "boundary": "Scopes 1 and 2",
    "heating": "Net (LHV)", "gwp": "AR5", "vintage": 2019, "uncertainty": 4, "quality": "Declared",
    "source": "a test factor",
}  # fmt: skip
EMISSION = {
    "place": "200056232", "year": 2019, "sector": "Waste", "subsector": None, "carrier": "Not from energy",
    "substance": "CO2e", "value": 500, "unit": "tCO2e", "boundary": "Scopes 1 and 2", "gwp": "Not stated",
    "uncertainty": None, "quality": "Modelled", "source": "observatory",
}  # fmt: skip


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """A template whose prefilled rows are replaced by those given, then changed by ``change(workbook)``."""

    def filled(
        energy: Iterable[Mapping[str, Any]] = (ENERGY,),
        factors: Iterable[Mapping[str, Any]] = (FACTOR,),
        emissions: Iterable[Mapping[str, Any]] = (EMISSION,),
        change: Callable[[Any], object] = lambda _book: None,
        described: Iterable[str] = DESCRIBED,
    ) -> Path:
        path = template.write(tmp_path / "filled.xlsx")
        book = openpyxl.load_workbook(path)
        for line, text in enumerate(described, 4):
            book["Read me"].cell(line, 2, text)
        for name, content in (("Energy", energy), ("Factors", factors), ("Emissions", emissions)):
            sheet = book[name]
            sheet.delete_rows(2, sheet.max_row)
            for line, one in enumerate(content, 2):
                for column, value in enumerate(one.values(), 1):
                    sheet.cell(line, column, value)
        change(book)
        book.save(path)
        return path

    return filled
