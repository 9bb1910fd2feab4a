"""A small model for tests: a lake's volume after some rain. It can be told to fail in every way a model fails."""

import os
import socket
import sys
import time

import pyarrow as pa

from agglo.contract.context import Context
from agglo.contract.indicators import Indicator
from agglo.contract.inputs import Inputs
from agglo.contract.model import Input, Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import Parameters, parameter


class LakeParameters(Parameters):
    rain_m: float = parameter(0.1, unit="m", title="rain", source="assumed", ge=0, le=10)
    behaviour: str = parameter("answer", unit="1", title="what to do", source="assumed")
    seconds: float = parameter(0.0, unit="s", title="time to take", source="assumed", ge=0)


@model(
    id="test.lake",
    version="1.0.0",
    parameters=LakeParameters,
    inputs=(Input("lakes", schema="lakes", required=False),),
    outputs=(Output("volumes", columns={"insee": "", "volume_m3": "m3"}, compare=Numerical(relative=1e-12)),),
    title={"en": "Lake", "fr": "Lac"},
    headline={"en": "volume of rain", "fr": "volume de pluie"},
    libraries=("pyarrow",),
)
def lake(inputs: Inputs, *, parameters: LakeParameters, context: Context) -> Outcome:
    """Volume [m3] = area [m2] x rain [m]."""
    context.progress(0.5, "raining")
    print("a print goes to the log, not to the protocol")
    context.logger.info("on %s by %s in %s", socket.gethostname(), os.environ.get("USER", "-"), os.getcwd())
    end = time.monotonic() + parameters.seconds
    while time.monotonic() < end:
        time.sleep(0.01)
    _behave(parameters.behaviour)
    codes, areas = ["91272", "91477"], [100.0, 200.0]
    if "lakes" in inputs:
        table = inputs.lakes.table()
        codes, areas = table["insee"].to_pylist(), table["area_m2"].to_pylist()
    volumes = [area * parameters.rain_m for area in areas]
    if parameters.behaviour == "random":
        volumes = [volume + float(context.rng.random()) + os.urandom(1)[0] for volume in volumes]
    indicators = [
        Indicator(name="land.uncounted-area", value=volume, unit="ha", place=code, year=2024)
        for code, volume in zip(codes, volumes, strict=True)
    ]
    if parameters.behaviour == "nan":
        indicators.append(Indicator(name="land.take", value=float("nan"), unit="ha", place="91272", year=2024))
    return Outcome(indicators=indicators, tables={"volumes": pa.table({"insee": codes, "volume_m3": volumes})})


def _behave(behaviour: str) -> None:
    if behaviour == "raise":
        raise RuntimeError(f"the lake overflowed in {os.getcwd()} on {socket.gethostname()}")
    if behaviour == "refuse":
        from agglo.contract.errors import Fault, InvalidInput

        raise InvalidInput("These lakes cannot be used.", [Fault("lakes row 3", "-1 ha", "0 or more")])
    if behaviour == "die":
        os.kill(os.getpid(), 9)
    if behaviour == "exit":
        sys.exit(7)
