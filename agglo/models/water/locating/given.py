"""The tables of ``water.leaks``, read and checked against each other."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, InvalidInput, MissingExtra
from agglo.contract.inputs import Inputs
from agglo.contract.language import _
from agglo.models.water.hydraulics import network as networks
from agglo.models.water.locating import deciding, healthy, places, zones
from agglo.models.water.locating.setting import Setting
from agglo.models.water.night.attributes import read_attributes
from agglo.models.water.readings import series as readings
from agglo.models.water.readings.sectors import Meter, read_meters, sectors_of
from agglo.models.water.readings.series import Series
from agglo.models.water.readings.units import unit_flags
from agglo.models.water.watching.decisions import by_alarm, read_all
from agglo.models.water.watching.evidence import Rules

if TYPE_CHECKING:
    import pyarrow as pa


def read(inputs: Inputs, rules: Rules, *, reach_m: float, least: float, caption: str) -> tuple[Setting, str]:
    """Everything that was given, and why no search on the model can be made (empty where it can).

    Raises
    ------
    InvalidInput
        A table cannot be used (every fault of the first that has any), or tables do not fit together (all faults).
    MissingExtra
        There is a model of the network, and the libraries of the extra ``water`` are not installed.
    """
    tables = {name: inputs[name].table() for name in ("sensors", "meters", "decisions", "sectors") if name in inputs}
    network = networks.read(inputs.network.table()) if "network" in inputs else None
    if network is not None:
        _check_extra()
    series = readings.read(inputs.readings.table(), sensors=tables.get("sensors"), zone=rules.zone)
    meters = read_meters(tables["meters"], series.kinds) if "meters" in tables else ()
    setting = Setting(
        series=_trusted(series, tables.get("meters")),
        rules=rules,
        reach_m=reach_m,
        least=least,
        meters=meters,
        decided=by_alarm(read_all(tables["decisions"])) if "decisions" in tables else {},
        network=network,
        places=places.declared(tables.get("sensors"), series.kinds),
        titles=_titles(tables.get("sectors"), meters),
        healthy=readings.read(inputs.healthy.table(), zone=rules.zone) if "healthy" in inputs else None,
        caption=caption,
    )
    why_not = _why_not(setting, tables.get("sensors"))
    _check(setting, tables.get("sensors"), why_not)
    if network is not None:
        setting = replace(setting, sectors=zones.sectors_of_nodes(network, setting.places, meters))
    return setting, why_not


def _check_extra() -> None:
    from importlib.util import find_spec

    for library in ("wntr", "scipy"):
        if find_spec(library) is None:
            raise MissingExtra(library, "water")


def _trusted(series: Series, meters: "pa.Table | None") -> Series:
    """The series without the sensors whose unit or direction is doubtful; flags of the water balance added."""
    import numpy as np

    flags = (*series.flags, *(unit_flags(series, meters) if meters is not None else ()))
    doubtful = {one.sensor for one in flags if one.kind == "unit"}
    empty = np.full(series.grid.length, np.nan)
    values = {name: empty if name in doubtful else one for name, one in series.values.items()}
    return replace(series, values=values, flags=flags)


def _titles(table: "pa.Table | None", meters: Sequence[Meter]) -> dict[str, str]:
    """What sectors are called; a sector that no meter counts is left out."""
    known = read_attributes(table) if table is not None else {}
    return {name: known[name].title for name in sectors_of(meters) if name in known and known[name].title}


def _why_not(setting: Setting, sensors: "pa.Table | None") -> str:
    if setting.network is None:
        return _("no model was given")
    if sensors is None:
        return _("no table of sensors says where they lie in the model")
    return places.why_not(setting.places)


def _check(setting: Setting, sensors: "pa.Table | None", why_not: str) -> None:
    faults = [*_faults(setting, sensors, why_not)]
    if faults:
        raise InvalidInput(_("These tables do not fit together."), faults)


def _faults(setting: Setting, sensors: "pa.Table | None", why_not: str) -> Iterator[Fault]:
    if setting.network is not None:
        if sensors is not None:
            yield from places.faults(sensors, setting.network, setting.series.kinds, all_placed=not why_not)
        yield from deciding.faults(setting.decided, setting.network)
    if setting.healthy is not None:
        yield from healthy.faults(setting.healthy, setting.series)
