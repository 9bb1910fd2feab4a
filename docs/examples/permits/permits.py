"""Land take announced by building permits: a model in one file."""

import pyarrow as pa

from agglo.contract.context import Context
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.indicators import Indicator
from agglo.contract.inputs import Inputs
from agglo.contract.model import Input, Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import Parameters, parameter
from agglo.contract.units import convert


class PermitsParameters(Parameters):
    """One hypothesis."""

    built_share: float = parameter(0.6, unit="1", title="Share of permits that get built", source="assumed", ge=0, le=1)


@model(
    id="example.permits",
    version="1.0.0",
    title={"fr": "Artificialisation annoncée par les permis", "en": "Land take announced by permits"},
    headline={"fr": "permis de construire seuls, hors voirie", "en": "building permits only, roads left out"},
    parameters=PermitsParameters,
    inputs=(Input("permits", schema="commune-values"),),
    outputs=(Output("plots", columns={"insee": "", "area_ha": "ha"}, compare=Numerical(relative=1e-9)),),
    libraries=("pyarrow",),
)
def permits(inputs: Inputs, *, parameters: PermitsParameters, context: Context) -> Outcome:
    """Land take [ha/yr] = permitted area [any unit of area] / number of years x share that gets built [1]."""
    rows = inputs.permits.table().to_pylist()
    empty = [Fault(f"permits, row {at}", expected="an area") for at, row in enumerate(rows, 1) if row["value"] is None]
    if empty:
        raise InvalidInput("These permits cannot be used.", empty)
    first, last = min(row["year"] for row in rows), max(row["year"] for row in rows)
    areas = dict.fromkeys(sorted({row["insee"] for row in rows}), 0.0)
    for done, row in enumerate(rows, 1):
        areas[row["insee"]] += convert(row["value"], row["unit"], "ha")
        context.progress(done / len(rows), row["insee"])
    per_year = parameters.built_share / (last - first + 1)
    take = [
        Indicator(name="land.take", value=area * per_year, unit="ha/yr", place=code, year=last, since=first)
        for code, area in areas.items()
    ]
    plots = pa.table({"insee": list(areas), "area_ha": list(areas.values())})
    return Outcome(indicators=take, tables={"plots": plots}, notes=["A permit is not a building site."])
