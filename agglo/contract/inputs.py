"""What a model reads: lazy handles on kept datasets. Nothing is in memory until it is asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import _

if TYPE_CHECKING:
    import geopandas as gpd
    import pyarrow as pa

BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Handle:
    """A dataset as a model sees it.

    ``path`` is a Parquet file, or the format the model declared; ``schema`` is its Table Schema descriptor; ``crs`` is
    set when it holds geometries.
    """

    name: str
    path: Path
    schema: Mapping[str, Any] = field(default_factory=dict)
    crs: str | None = None

    def table(self, columns: Sequence[str] | None = None) -> "pa.Table":
        """The whole table, or some of its columns, in memory."""
        import pyarrow.parquet as pq

        return pq.read_table(self.path, columns=None if columns is None else list(columns))

    def batches(self, columns: Sequence[str] | None = None, rows: int = BATCH_ROWS) -> "Iterator[pa.RecordBatch]":
        """The table in pieces of at most ``rows`` rows, for what does not fit in memory."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.path) as file:
            yield from file.iter_batches(batch_size=rows, columns=None if columns is None else list(columns))

    def layer(self) -> "gpd.GeoDataFrame":
        """The table with its geometries, in its own reference system.

        Raises
        ------
        InvalidInput
            The dataset holds no geometries.
        """
        import geopandas as gpd

        table = self.table()
        if "geometry" not in table.column_names:
            held = ", ".join(table.column_names)
            raise InvalidInput(
                _("This input has no geometries."), [Fault(self.name, held, _("a column named geometry"))]
            )
        frame = table.drop_columns(["geometry"]).to_pandas()
        geometry = gpd.GeoSeries.from_wkb(table["geometry"].to_pylist(), crs=self.crs)
        return gpd.GeoDataFrame(frame, geometry=geometry)


class _NoInput(NotFound, KeyError, AttributeError):
    """What lets ``inputs.get(name)`` and ``hasattr(inputs, name)`` work as they do on any mapping or object."""


class Inputs(Mapping[str, Handle]):
    """The handles of a run by name, also as attributes: ``inputs.land_cover``."""

    def __init__(self, handles: Mapping[str, Handle]) -> None:
        self._handles = dict(handles)

    def __getitem__(self, name: str) -> Handle:
        try:
            return self._handles[name]
        except KeyError:
            raise _NoInput(
                _('No input named "{name}".').format(name=name), repair=nearest(name, list(self._handles))
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._handles

    def __getattr__(self, name: str) -> Handle:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._handles)

    def __len__(self) -> int:
        return len(self._handles)
