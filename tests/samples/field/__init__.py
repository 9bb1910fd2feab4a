"""A small model for tests: squares and points on a grid of Lambert-93, as a layer, a table by commune and a file."""

import pyarrow as pa
import shapely

from agglo.contract.context import Context
from agglo.contract.indicators import Indicator
from agglo.contract.inputs import Inputs
from agglo.contract.model import Output, model
from agglo.contract.outcome import Layer, Outcome
from agglo.contract.parameters import Parameters, parameter

ODD = 'é "quoted" <b> limit\' OR 1=1 --'
"""The name of a column that needs care everywhere."""
CORNER = (640_000.0, 6_840_000.0)
SIDE_M = 100.0


class FieldParameters(Parameters):
    count: int = parameter(25, unit="1", title="how many squares", source="assumed", ge=1, le=100_000)
    heights: bool = parameter(False, unit="1", title="whether points have heights", source="assumed")


@model(
    id="test.field",
    version="1.0.0",
    parameters=FieldParameters,
    outputs=(
        Output("plots", kind="layer", columns={"name": "", "area_ha": "ha", ODD: ""}),
        Output("yields", columns={"insee": "", "harvest": "t", "day": ""}),
        Output("report", kind="file"),
    ),
    title={"en": "Field", "fr": "Champ"},
    headline={"en": "plots of a field", "fr": "parcelles d'un champ"},
)
def field(_inputs: Inputs, *, parameters: FieldParameters, context: Context) -> Outcome:
    """``count`` plots in rows of ten, the third a point and the last without a place."""
    context.progress(0.5, "ploughing")
    shapes = [_plot(rank, heights=parameters.heights) for rank in range(parameters.count)]
    plots = pa.table(
        {
            "name": [f"plot {rank}" for rank in range(parameters.count)],
            "area_ha": [float("nan") if rank == 1 else 1.0 + rank for rank in range(parameters.count)],
            ODD: [ODD if rank % 2 else "even" for rank in range(parameters.count)],
            "geometry": pa.array([None if shape is None else shapely.to_wkb(shape) for shape in shapes], pa.binary()),
        }
    )
    yields = pa.table({"insee": ["91272", "91477", "75056"], "harvest": [1.5, 2.5, 3.5], "day": ["1", "2", "3"]})
    path = context.scratch / "report.txt"
    path.write_text("a good year\n", encoding="utf-8")
    indicators = [Indicator(name="land.take", value=1.0, unit="ha/yr", place="91272", year=2024)]
    return Outcome(
        indicators=indicators,
        layers={"plots": Layer(plots, "EPSG:2154")},
        tables={"yields": yields},
        files={"report": path},
    )


def _plot(rank: int, *, heights: bool) -> "shapely.Geometry | None":
    west, south = CORNER[0] + SIDE_M * (rank % 10), CORNER[1] + SIDE_M * (rank // 10)
    if rank == 2:
        return shapely.Point(west, south, 80.0) if heights else shapely.Point(west, south)
    return None if rank == 24 else shapely.box(west, south, west + SIDE_M, south + SIDE_M)
