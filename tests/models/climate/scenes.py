"""Small inventories, actions and pathways, written as tables, and a model's answer to them."""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from agglo.contract.context import Context
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.model import Model
from agglo.contract.outcome import Outcome
from agglo.models.climate.actions import Action, Range
from agglo.models.climate.nomenclature import SECTORS
from agglo.models.climate.pots import Row, pots_of
from agglo.models.climate.simulation import System

EPCI = "246700488"
BASE = 2020
CERTAIN = {sector: Range(0.0, 0.0, 0.0) for sector in SECTORS}

SCHEMAS = {
    "inventory": {
        **{"place": "string", "year": "int64", "sector": "string", "subsector": "string", "carrier": "string"},
        **{"substance": "string", "value": "double", "unit": "string", "boundary": "string", "gwp": "string"},
        **{"uncertainty": "double", "quality": "string", "source": "string"},
    },
    "actions": {
        **{"action": "string", "title_fr": "string", "title_en": "string", "sector": "string", "carrier": "string"},
        **{"unit_name": "string", "units": "double", "start_year": "int64", "full_year": "int64"},
        "lifetime_yr": "double",
        **{
            f"{name}_{bound}": "double"
            for name in ("emissions", "energy", "cost")
            for bound in ("low", "central", "high")
        },
        **{"co_benefits": "string", "quality": "string", "source": "string"},
    },
    "pathways": {
        **{"pathway": "string", "edition": "string", "place": "string", "quantity": "string", "sector": "string"},
        **{"kind": "string", "since": "int64", "year": "int64", "value": "double", "unit": "string"},
        **{"reference_year": "int64", "status": "string", "source": "string"},
    },
}


def held(value: float, sector: str = "residential", **changed: Any) -> dict[str, Any]:
    """A row of an inventory [tCO2e, or MWh of energy], of no uncertainty."""
    unit = "MWh" if changed.get("substance") == "energy" else "tCO2e"
    row = {"place": EPCI, "year": BASE, "sector": sector, "subsector": "all", "carrier": "all", "substance": "CO2e"}
    gwp = "not-applicable" if unit == "MWh" else "AR5"
    row |= {"value": value, "unit": unit, "boundary": "scope-1-2", "gwp": gwp, "uncertainty": 0.0}
    return row | {"quality": "modelled", "source": "test"} | changed


def measure(name: str, units: float, *effect: float, sector: str = "residential", **changed: Any) -> dict[str, Any]:
    """A row of actions whose effect is one value, or low, central, high [tCO2e/yr per unit]."""
    low, central, high = effect if len(effect) == 3 else (None, effect[0], None)
    row = {"action": name, "title_fr": name.upper(), "title_en": name.title(), "sector": sector, "carrier": "all"}
    row |= {"unit_name": "dwelling", "units": units, "start_year": BASE + 1, "full_year": BASE + 10}
    row |= {"emissions_low": low, "emissions_central": central, "emissions_high": high}
    return row | {"quality": "assumed", "source": "test"} | changed


def aim(value: float, year: int = 2030, kind: str = "change", **changed: Any) -> dict[str, Any]:
    """A row of pathways."""
    row = {"pathway": "plan", "edition": "2019", "place": EPCI, "quantity": "emissions", "sector": "all", "kind": kind}
    row |= {"year": year, "value": value, "unit": "1" if kind == "change" else "tCO2e/yr"}
    row |= {"reference_year": BASE if kind == "change" else None, "status": "adopted", "source": "test"}
    return row | changed


def write(folder: Path, **tables: Iterable[Mapping[str, Any]]) -> Inputs:
    """The tables as a run's inputs."""
    handles = {}
    for name, rows in tables.items():
        schema = pa.schema(list(SCHEMAS[name].items()))
        pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema=schema), folder / f"{name}.parquet")
        handles[name] = Handle(name, folder / f"{name}.parquet")
    return Inputs(handles)


def ask(model: Model, inputs: Inputs, *, seed: int = 0, **parameters: Any) -> Outcome:
    values = model.parameters.instance(model.parameters.resolve(parameters))
    context = Context(Path(), seed, logging.getLogger("test"), lambda _fraction, _text: None)
    return model(inputs, parameters=values, context=context)


def rows_of(outcome: Outcome, name: str, **wanted: Any) -> list[dict[str, Any]]:
    """Rows of a table that have all the wanted values."""
    rows = outcome.tables[name].to_pylist()  # type: ignore[union-attr]
    return [row for row in rows if all(row[column] == value for column, value in wanted.items())]


def one(outcome: Outcome, name: str, **wanted: Any) -> dict[str, Any]:
    (row,) = rows_of(outcome, name, **wanted)
    return row


def action(
    name: str, units: Any, *effect: float, sector: str = "residential", carrier: str = "all", **changed: Any
) -> Action:
    """An action whose effect is one value, or low, central, high [tCO2e/yr per unit]."""
    known = Range(*effect) if len(effect) == 3 else Range(effect[0], effect[0], effect[0])
    values: dict[str, Any] = {"start_year": BASE + 1, "full_year": BASE + 10, "lifetime_yr": None}
    values |= {"effects": {"emissions": known}, "cost": None, "quality": "assumed", "source": "test"}
    title = {"fr": name, "en": name}
    return Action(
        id=name, title=title, sector=sector, carrier=carrier, unit_name="dwelling", units=units, **values | changed
    )


def row(
    value: float, sector: str = "residential", *, place: str = EPCI, carrier: str = "all", halfwidth: float = 0.0
) -> Row:
    return Row(place, sector, carrier, value, halfwidth, "modelled")


def system(
    rows: list[Row], actions: Iterable[Action] = (), *, years: int = 30, trends: Mapping[str, Range] = CERTAIN
) -> System:
    """A system of emissions from ``BASE`` on, of no trend."""
    places = sorted({one.place for one in rows})
    pots = pots_of(rows, [*actions], "emissions", places)
    return System("emissions", tuple(places), tuple(pots), tuple(actions), tuple(range(BASE, BASE + years + 1)), trends)
