"""A model that gives back what it is given: to try a connection, and to certify the open API (OGC API Processes)."""

import json
import time
from typing import Literal

from agglo.contract.context import Context
from agglo.contract.inputs import Inputs
from agglo.contract.model import Output, model
from agglo.contract.outcome import Outcome
from agglo.contract.parameters import Parameters, parameter

_STEP_S = 0.1


class EchoParameters(Parameters):
    """One parameter of each kind there is. None of them changes anything but the answer."""

    text: str = parameter("hello", unit="1", title="any text", source="assumed", max_length=1000)
    number: float = parameter(1.5, unit="1", title="any number", source="assumed", ge=-1e12, le=1e12)
    whole: int = parameter(3, unit="1", title="any whole number", source="assumed", ge=-1_000_000, le=1_000_000)
    flag: bool = parameter(True, unit="1", title="yes or no", source="assumed")
    choice: Literal["red", "green", "blue"] = parameter("green", unit="1", title="one of three", source="assumed")
    values: list[float] = parameter([1.0, 2.0], unit="1", title="a list of numbers", source="assumed", max_length=1000)
    table: dict[str, float] = parameter({"a": 1.0}, unit="1", title="numbers by name", source="assumed")
    box: list[float] = parameter(
        [2.0, 48.6, 2.3, 48.8],
        unit="1",
        title="a rectangle: west, south, east, north",
        source="assumed",
        min_length=4,
        max_length=4,
    )
    remark: str | None = parameter(None, unit="1", title="a text, or nothing", source="assumed", max_length=1000)
    pause: float = parameter(0.0, unit="s", title="time to take before answering", source="assumed", ge=0, le=600)


@model(
    id="echo",
    version="1.0.0",
    parameters=EchoParameters,
    outputs=(Output("echo", kind="file", title={"fr": "ce qui a été donné", "en": "what was given"}),),
    title={"fr": "Écho", "en": "Echo"},
    headline={
        "fr": "ce qu'on lui a donné, sans rien calculer",
        "en": "what it was given; it computes nothing",
    },
)
def echo(_inputs: Inputs, *, parameters: EchoParameters, context: Context) -> Outcome:
    """The parameters as JSON, after ``pause`` [s]."""
    _wait(parameters.pause, context)
    path = context.scratch / "echo.json"
    path.write_text(json.dumps(parameters.model_dump(mode="json"), ensure_ascii=False, indent=1), encoding="utf-8")
    return Outcome(files={"echo": path})


def _wait(pause_s: float, context: Context) -> None:
    begun = time.monotonic()
    while (spent := time.monotonic() - begun) < pause_s:
        context.progress(spent / pause_s, "waiting")
        time.sleep(min(_STEP_S, pause_s - spent))
