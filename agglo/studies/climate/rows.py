"""Rows of an inventory, schema ``climate-inventory``: made, told apart by place, and their figures written exactly."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _
from agglo.models.climate.nomenclature import ALL, CARRIERS, CO2E, SECTORS

if TYPE_CHECKING:
    import pyarrow as pa

    from agglo.catalogue.schema import Schema

SCHEMA = "climate-inventory"
EMISSIONS = "emissions"

Row = Mapping[str, Any]


@cache
def schema() -> "Schema":
    """The schema of an inventory."""
    from agglo.catalogue import known_schemas

    return known_schemas.find(SCHEMA)


def table(rows: Iterable[Row]) -> "pa.Table":
    """Rows as a table of the schema, by place and in the order of the nomenclature; what is not given is null."""
    import pyarrow as pa

    names = schema().names
    ordered = sorted(rows, key=_order)
    return pa.Table.from_pylist([{name: row.get(name) for name in names} for row in ordered], schema().arrow_schema())


def _order(row: Row) -> tuple[Any, ...]:
    sectors, carriers = list(SECTORS), [ALL, *CARRIERS]
    subsector = "" if row["subsector"] == ALL else row["subsector"]
    substance = "" if row["substance"] == CO2E else row["substance"]
    return (
        row["place"],
        substance,
        sectors.index(row["sector"]),
        subsector,
        carriers.index(row["carrier"]),
        row["year"],
    )


def place_of(places: Iterable[str], wanted: str | None) -> str:
    """The place to export: the one wanted, else the only one, else the only territory (SIREN, nine digits).

    Raises
    ------
    InvalidInput
        The inventory does not hold it, or several could be meant.
    """
    held = sorted(set(places))
    if wanted is not None:
        if wanted not in held:
            repair = nearest(wanted, held)
            fault = Fault("--place", wanted, _("a place of the inventory"), repair)
            raise InvalidInput(_("This inventory cannot be exported."), [fault])
        return wanted
    territories = [place for place in held if len(place) == 9]
    for found in (held, territories):
        if len(found) == 1:
            return found[0]
    shown = ", ".join(held[:6]) + (" ..." if len(held) > 6 else "")
    fault = Fault(_("places"), shown, _("one place"), _("Say which, with --place CODE."))
    raise InvalidInput(_("This inventory cannot be exported."), [fault])


def exact(value: float) -> Decimal:
    """A figure with the digits it is written with, to add without rounding.

    >>> exact(0.1) + exact(0.2)
    Decimal('0.3')
    """
    return Decimal(repr(float(value)))


def total(values: Iterable[float]) -> float:
    """The sum of figures, as their written digits add up.

    >>> total([0.1, 0.2])
    0.3
    """
    return float(sum((exact(value) for value in values), Decimal(0)))


def written(value: float | None) -> str:
    """A figure for a file that programs read: full digits, no exponent, no needless decimals; empty for none.

    >>> written(513790.0), written(3609.24), written(None)
    ('513790', '3609.24', '')
    """
    if value is None:
        return ""
    text = format(exact(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
