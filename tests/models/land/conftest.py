"""Small tables for land.sinks; golden answers are written anew by ``pytest tests/models/land --update-golden``."""

import csv
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agglo.contract.context import Context
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.outcome import Outcome
from agglo.models.land import sinks

ROOT = Path(__file__).parents[3]
BUNDLED = ROOT / "agglo" / "catalogue" / "bundled" / "paris-saclay"
PUBLISHED = ROOT / "tests" / "published"
PARIS_SACLAY = "200056232"

Rows = list[dict[str, Any]]
NUMBERS = ("area_ha",)
SCHEMAS = {
    "land_cover": pa.schema([("insee", "string"), ("class", "string"), ("area_ha", "double")]),
    "changes": pa.schema([("insee", "string"), ("clc_from", "string"), ("clc_to", "string"), ("area_ha", "double")]),
    "communes": pa.schema(
        [
            *[(name, "string") for name in ("insee", "name", "epci_siren")],
            ("area_ha", "double"),
            *[(name, "string") for name in ("region", "soil_zone", "forest_group")],
        ]
    ),
}


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden", default=False))


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: float(value) if name in NUMBERS else value for name, value in row.items()}
            for row in csv.DictReader(file)
        ]


def write_inputs(folder: Path, tables: Mapping[str, Rows]) -> Inputs:
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMAS[name]), folder / f"{name}.parquet")
    return Inputs({name: Handle(name, folder / f"{name}.parquet") for name in tables})


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., Outcome]:
    """The model's answer to tables given as rows, with some parameters."""

    def asked(tables: Mapping[str, Rows], **parameters: Any) -> Outcome:
        values = sinks.parameters.instance(sinks.parameters.resolve(parameters))
        context = Context(tmp_path, 0, logging.getLogger("test"), lambda fraction, text: None)
        return sinks(write_inputs(tmp_path, tables), parameters=values, context=context)

    return asked


@pytest.fixture
def small() -> dict[str, Rows]:
    """Two communes of 100 ha, one in each soil zone of Paris-Saclay."""
    return {
        "communes": [
            commune("91001", soil_zone="1_2", name="Amont"),
            commune("91002", soil_zone="2_2", name="Aval"),
        ],
        "land_cover": [
            cover("91001", "cropland", 60.0),
            cover("91001", "forest_broadleaf", 40.0),
            cover("91002", "artificial_grassed", 100.0),
        ],
        "changes": [
            change("91001", "211", "133", 6.0),
            change("91001", "231", "211", 3.0),
            change("91002", "311", "112", 1.5),
        ],
    }


def commune(insee: str, **changed: Any) -> dict[str, Any]:
    values = {"name": "", "epci_siren": PARIS_SACLAY, "area_ha": 100.0, "region": "11", "soil_zone": "2_2"}
    return {"insee": insee, **values, "forest_group": "B4", **changed}


def cover(insee: str, land: str, area_ha: float | None) -> dict[str, Any]:
    return {"insee": insee, "class": land, "area_ha": area_ha}


def change(insee: str, origin: str, destination: str, area_ha: float | None) -> dict[str, Any]:
    return {"insee": insee, "clc_from": origin, "clc_to": destination, "area_ha": area_ha}


@pytest.fixture(scope="session")
def paris_saclay() -> dict[str, Rows]:
    """The bundled tables of the 27 communes, with the columns that the model asks for and they do not have yet."""
    land_cover = rows_of(BUNDLED / "land-cover-2023.csv")
    covered = {row["insee"]: 0.0 for row in land_cover}
    for row in land_cover:
        covered[row["insee"]] += row["area_ha"]
    communes = [
        {"epci_siren": PARIS_SACLAY, "area_ha": covered[row["insee"]], **row}
        for row in rows_of(BUNDLED / "communes.csv")
    ]
    return {
        "land_cover": land_cover,
        "changes": rows_of(BUNDLED / "land-cover-changes-2012-2018.csv"),
        "communes": communes,
    }


def value(outcome: Outcome, name: str, place: str, sector: str = "") -> float:
    """The one indicator of that name, place and sector."""
    found = [one for one in outcome.indicators if (one.name, one.place, one.sector) == (name, place, sector)]
    assert len(found) == 1
    assert found[0].value is not None
    return found[0].value


def flux_tc(outcome: Outcome, **wanted: str) -> float:
    """Sum of the table of fluxes [tC/yr] over the rows that have all the wanted values."""
    rows: Iterable[dict[str, Any]] = outcome.tables["fluxes"].to_pylist()  # type: ignore[union-attr]
    return sum(row["flux_tc_yr"] for row in rows if all(row[name] == text for name, text in wanted.items()))
