"""One million rows of six columns in a French CSV file: read, typed and checked, beside pandas that only reads.

Run it with ``python benchmarks/read_validate.py [ROWS]``; the file is made anew in a temporary folder.
"""

import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pandas as pd

from agglo.catalogue.preparation import prepare
from agglo.catalogue.schema import Schema

ROWS = 1_000_000
SCHEMA = Schema.from_dict(
    {
        "fields": [
            {"name": "sensor", "constraints": {"required": True, "pattern": "[A-Z]{3}[0-9]{3}"}},
            {"name": "commune", "constraints": {"required": True, "pattern": "[0-9]{5}"}},
            {"name": "time", "type": "datetime", "constraints": {"required": True}},
            {"name": "flow_m3_h", "type": "number", "unit": "m3/h", "constraints": {"minimum": -500, "maximum": 5000}},
            {"name": "pressure_m", "type": "number", "unit": "mH2O", "constraints": {"minimum": 0}},
            {"name": "quality", "type": "integer", "constraints": {"enum": [0, 1, 2, 3]}},
        ],
        "primaryKey": ["sensor", "time"],
    }
)


def write(path: Path, rows: int) -> None:
    """A file as a water authority's supervision exports it."""
    random = np.random.default_rng(1)
    of_sensor = np.arange(rows) // 1000
    times = np.datetime64("2024-01-01T00:00") + (np.arange(rows) % 1000) * np.timedelta64(5, "m")
    pd.DataFrame(
        {
            "sensor": [f"{'DEB' if number < 1000 else 'PRS'}{number % 1000:03d}" for number in of_sensor],
            "commune": np.char.zfill((91000 + of_sensor % 27).astype(str), 5),
            "time": np.char.add(np.datetime_as_string(times, unit="s"), "Z"),
            "flow_m3_h": random.normal(120, 30, rows).round(3),
            "pressure_m": random.uniform(10, 60, rows).round(2),
            "quality": random.integers(0, 4, rows),
        }
    ).to_csv(path, sep=";", decimal=",", index=False, encoding="cp1252")


def median(call: Callable[[], object], times: int = 3) -> float:
    """Middle of a few timings [s]."""
    taken = []
    for _round in range(times):
        start = perf_counter()
        call()
        taken.append(perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with TemporaryDirectory() as folder:
        path = Path(folder) / "readings.csv"
        write(path, rows)
        ours = median(lambda: prepare(path, schema=SCHEMA))
        peer = median(lambda: pd.read_csv(path, sep=";", decimal=",", dtype={"commune": str}, parse_dates=["time"]))
        print(f"{rows} rows, {path.stat().st_size / 1e6:.0f} MB")
        print(f"agglo, read and checked      {ours:6.2f} s")
        print(f"pandas.read_csv, unchecked   {peer:6.2f} s   ratio {ours / peer:.2f}")


if __name__ == "__main__":
    main()
