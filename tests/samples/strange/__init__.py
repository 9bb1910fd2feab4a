"""A model for tests whose names, texts and files are as hostile as they can be, and whose tables can be very long."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from agglo.contract.context import Context
from agglo.contract.indicators import Indicator
from agglo.contract.inputs import Inputs
from agglo.contract.model import Output, model
from agglo.contract.outcome import Layer, Outcome
from agglo.contract.parameters import Parameters, parameter

ATTACKS = (
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    '=HYPERLINK("//evil","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "a;=1+1",
    "'=1",
    "-12.5",
    "Ærø",
)
PAGE = "<!doctype html><script>alert(document.domain)</script>"
COMMUNES = ("91272", "91477", "91534", "91538")


class StrangeParameters(Parameters):
    rows: int = parameter(12, unit="1", title="<b>rows</b>", source="javascript:alert(1)", ge=0, le=5_000_000)
    groups: int = parameter(0, unit="1", title="rows of a group", source="assumed", ge=0)
    factor: float = parameter(1.0, unit="ha", title="factor", source="assumed", ge=-100, le=100)
    speaks: bool = parameter(True, unit="1", title="prints", source="assumed")


@model(
    id="test.strange",
    version="1.0.0",
    parameters=StrangeParameters,
    outputs=(
        Output("lines", columns={"insee": "", "said": "", "area_ha": "ha", "rank": ""}, title={"en": ATTACKS[1]}),
        Output("shapes", kind="layer", columns={"name": "", "geometry": ""}),
        Output("page", kind="file"),
        Output("drawing", kind="file"),
    ),
    title={"en": ATTACKS[0], "fr": ATTACKS[0]},
    headline={"en": ATTACKS[1], "fr": ATTACKS[1]},
    libraries=("pyarrow",),
)
def strange(inputs: Inputs, *, parameters: StrangeParameters, context: Context) -> Outcome:
    """Rows of every attack, a layer of two points, an HTML page and a drawing."""
    if parameters.speaks:
        print("<script>said by the model</script>")
    page, drawing = context.scratch / "page.html", context.scratch / "drawing.svg"
    page.write_text(PAGE, encoding="utf-8")
    drawing.write_text(f"<svg xmlns='http://www.w3.org/2000/svg'>{ATTACKS[0]}</svg>", encoding="utf-8")
    lines = _lines(context.scratch / "lines.parquet", parameters)
    points = pa.table({"name": [ATTACKS[0], ATTACKS[3]], "geometry": [_point(2.1, 48.7), _point(2.2, 48.6)]})
    return Outcome(
        indicators=_indicators(parameters.factor),
        tables={"lines": lines},
        layers={"shapes": Layer(points, "EPSG:4326")},
        files={"page": page, "drawing": drawing},
        notes=[ATTACKS[0], "=1+1"],
    )


def _lines(path: Path, parameters: StrangeParameters) -> "pa.Table | Path":
    table = pa.table(
        {
            "insee": [COMMUNES[rank % 4] for rank in range(parameters.rows)],
            "said": [ATTACKS[rank % len(ATTACKS)] for rank in range(parameters.rows)],
            "area_ha": [rank * parameters.factor / 3 for rank in range(parameters.rows)],
            "rank": list(range(parameters.rows)),
        },
        schema=pa.schema(
            [("insee", pa.string()), ("said", pa.string()), ("area_ha", pa.float64()), ("rank", pa.int64())]
        ),
    )
    if not parameters.groups:
        return table
    pq.write_table(table, path, row_group_size=parameters.groups)
    return path


def _indicators(factor: float) -> list[Indicator]:
    """Four communes and the territory over three years; one is not known, and one has a hostile source."""
    found = []
    for year in (2020, 2025, 2030):
        for rank, code in enumerate((*COMMUNES, "200056232")):
            value = None if code == COMMUNES[3] else (rank - 1) * factor * (year - 2019)
            source = ATTACKS[0] if rank == 0 else ""
            found.append(Indicator(name="land.take", value=value, unit="ha/yr", place=code, year=year, source=source))
    return found


def _point(x: float, y: float) -> bytes:
    import struct

    return struct.pack("<BIdd", 1, 1, x, y)
