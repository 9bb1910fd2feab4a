"""Units: one closed table. Conversion only between units of one kind of quantity.

A tonne of carbon is never a tonne of CO2 in another unit: the passage is chemistry, and has its own named function,
:func:`carbon_to_co2`. UCUM codes are those of the Unified Code for Units of Measure 2.2 (annotations in braces carry no
meaning for UCUM and are kept for readers); a unit without one, such as a currency, has none.
"""

from dataclasses import dataclass

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _

CO2_PER_CARBON = 44 / 12
"""Mass of CO2 per mass of carbon, ratio of molar masses as used by the French national inventory [t/t]."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: ``factor`` takes a value to its ``kind``'s reference; ``ucum`` is None where UCUM has no code."""

    symbol: str
    ucum: str | None
    dimension: str
    kind: str
    factor: float


_ROWS = (
    # symbol, UCUM, dimension, kind of quantity, factor to the kind's reference
    ("1", "1", "1", "ratio", 1.0),
    ("%", "%", "1", "ratio", 0.01),
    ("count", "{count}", "1", "count", 1.0),
    ("inhabitant", "{inhabitant}", "1", "population", 1.0),
    ("m", "m", "L", "length", 1.0),
    ("km", "km", "L", "length", 1000.0),
    ("m2", "m2", "L2", "area", 1.0),
    ("ha", "har", "L2", "area", 1e4),
    ("km2", "km2", "L2", "area", 1e6),
    ("ha/yr", "har/a", "L2.T-1", "area rate", 1.0),
    ("m2/yr", "m2/a", "L2.T-1", "area rate", 1e-4),
    ("s", "s", "T", "duration", 1.0),
    ("min", "min", "T", "duration", 60.0),
    ("h", "h", "T", "duration", 3600.0),
    ("d", "d", "T", "duration", 86400.0),
    ("yr", "a", "T", "duration", 31557600.0),
    ("1/yr", "/a", "T-1", "yearly rate", 1.0),
    ("%/yr", "%/a", "T-1", "yearly rate", 0.01),
    ("kg", "kg", "M", "mass", 1.0),
    ("t", "t", "M", "mass", 1000.0),
    ("t/yr", "t/a", "M.T-1", "mass rate", 1.0),
    ("tC", "t{C}", "M", "mass of carbon", 1.0),
    ("ktC", "kt{C}", "M", "mass of carbon", 1000.0),
    ("tC/yr", "t{C}/a", "M.T-1", "carbon rate", 1.0),
    ("tC/ha", "t{C}/har", "M.L-2", "carbon density", 1.0),
    ("tCO2", "t{CO2}", "M", "mass of CO2", 1.0),
    ("ktCO2", "kt{CO2}", "M", "mass of CO2", 1000.0),
    ("tCO2/yr", "t{CO2}/a", "M.T-1", "CO2 rate", 1.0),
    ("ktCO2/yr", "kt{CO2}/a", "M.T-1", "CO2 rate", 1000.0),
    ("gCO2e", "g{CO2e}", "M", "mass of CO2 equivalent", 1e-6),
    ("kgCO2e", "kg{CO2e}", "M", "mass of CO2 equivalent", 1e-3),
    ("tCO2e", "t{CO2e}", "M", "mass of CO2 equivalent", 1.0),
    ("ktCO2e", "kt{CO2e}", "M", "mass of CO2 equivalent", 1000.0),
    ("tCO2e/yr", "t{CO2e}/a", "M.T-1", "CO2 equivalent rate", 1.0),
    ("ktCO2e/yr", "kt{CO2e}/a", "M.T-1", "CO2 equivalent rate", 1000.0),
    ("MtCO2e", "Mt{CO2e}", "M", "mass of CO2 equivalent", 1e6),
    ("MtCO2e/yr", "Mt{CO2e}/a", "M.T-1", "CO2 equivalent rate", 1e6),
    ("gCO2e/kWh", "g{CO2e}/kW/h", "L-2.T2", "carbon intensity", 1.0),
    ("kgCO2e/kWh", "kg{CO2e}/kW/h", "L-2.T2", "carbon intensity", 1000.0),
    ("tCO2e/MWh", "t{CO2e}/MW/h", "L-2.T2", "carbon intensity", 1000.0),
    ("J", "J", "M.L2.T-2", "energy", 1.0),
    ("Wh", "W.h", "M.L2.T-2", "energy", 3600.0),
    ("kWh", "kW.h", "M.L2.T-2", "energy", 3.6e6),
    ("MWh", "MW.h", "M.L2.T-2", "energy", 3.6e9),
    ("GWh", "GW.h", "M.L2.T-2", "energy", 3.6e12),
    ("MWh/yr", "MW.h/a", "M.L2.T-3", "energy rate", 1.0),
    ("GWh/yr", "GW.h/a", "M.L2.T-3", "energy rate", 1000.0),
    ("W", "W", "M.L2.T-3", "power", 1.0),
    ("kW", "kW", "M.L2.T-3", "power", 1000.0),
    ("GB", "GBy", "1", "memory", 1.0),
    ("m3", "m3", "L3", "volume", 1.0),
    ("L", "L", "L3", "volume", 1e-3),
    ("m3/h", "m3/h", "L3.T-1", "flow", 1.0),
    ("m3/d", "m3/d", "L3.T-1", "flow", 1 / 24),
    ("L/s", "L/s", "L3.T-1", "flow", 3.6),
    ("L/h", "L/h", "L3.T-1", "flow", 1e-3),
    ("m3/h/yr", "m3/h/a", "L3.T-2", "change of flow", 1.0),
    ("m3/yr", "m3/a", "L3.T-1", "yearly volume", 1.0),
    ("mH2O", "m[H2O]", "M.L-1.T-2", "pressure", 9806.65),
    ("bar", "bar", "M.L-1.T-2", "pressure", 1e5),
    ("Cel", "Cel", "K", "temperature", 1.0),
    ("Cel.d", "Cel.d", "K.T", "degree days", 1.0),
    ("km/h", "km/h", "L.T-1", "speed", 1.0),
    ("m/s", "m/s", "L.T-1", "speed", 3.6),
    ("veh/h", "{vehicle}/h", "T-1", "vehicle flow", 1.0),
    ("EUR", None, "EUR", "money", 1.0),
    ("kEUR", None, "EUR", "money", 1000.0),
    ("EUR/d", None, "EUR.T-1", "money rate", 365.25),
    ("EUR/yr", None, "EUR.T-1", "money rate", 1.0),
    ("EUR/tCO2e", None, "EUR.M-1", "cost of CO2 equivalent", 1.0),
    ("dam3", "dam3", "L3", "volume", 1000.0),
    ("L/d", "L/d", "L3.T-1", "flow", 1e-3 / 24),
    ("m3/d/km", "m3/d/km", "L2.T-1", "flow per length", 1.0),
    ("1/km", "/km", "L-1", "number per length", 1.0),
    ("EUR/m3", None, "EUR.L-3", "cost of water", 1.0),
    ("kWh/yr", "kW.h/a", "M.L2.T-3", "energy rate", 1e-3),
    ("kWh/m3", "kW.h/m3", "M.L-1.T-2", "energy by volume of water", 1.0),
)

UNITS: dict[str, Unit] = {row[0]: Unit(*row) for row in _ROWS}


def unit(symbol: str) -> Unit:
    """The unit of that symbol.

    Raises
    ------
    InvalidInput
        The symbol is not in the table; the nearest one is named.
    """
    try:
        return UNITS[symbol]
    except KeyError:
        raise InvalidInput(
            _("Unknown unit."),
            [Fault(_("unit"), f'"{symbol}"', _("a symbol of the table"), nearest(symbol, list(UNITS)))],
        ) from None


def convert(value: float, source: str, target: str) -> float:
    """``value`` [``source``] expressed in ``target``, both of one kind of quantity.

    >>> convert(80.0, "%", "1")
    0.8
    >>> convert(1.5, "km2", "ha")
    150.0

    Raises
    ------
    InvalidInput
        One of the units is unknown, or the two are not of one kind (mass of carbon and mass of CO2 are two kinds).
    """
    start, end = unit(source), unit(target)
    if start.kind != end.kind:
        raise InvalidInput(
            _("These units measure different things."),
            [
                Fault(
                    _("unit"),
                    f"{source} ({start.kind})",
                    f"{target} ({end.kind})",
                    _("Give the value in one of: {symbols}.").format(symbols=", ".join(same_kind(target))),
                )
            ],
        )
    return value if source == target else value * start.factor / end.factor


def same_kind(symbol: str) -> list[str]:
    """Symbols that convert to and from ``symbol``, itself included."""
    kind = unit(symbol).kind
    return [other.symbol for other in UNITS.values() if other.kind == kind]


def carbon_to_co2(carbon_t: float) -> float:
    """Mass of CO2 [tCO2] holding a mass of carbon [tC]: times 44/12.

    >>> carbon_to_co2(12.0)
    44.0
    """
    return carbon_t * CO2_PER_CARBON
