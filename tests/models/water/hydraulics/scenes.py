"""A small network: a reservoir, a loop behind a pressure-reducing valve, a pump, and a tank that feeds one junction."""

from collections.abc import Mapping
from pathlib import Path

SMALL = """[TITLE]
a small network
[JUNCTIONS]
;ID  Elev  Demand  Pattern
 a   10    5       day
 b   12    10      day
 c   14    8       day
 d   11    0
 v   10    0
 e   20    2
[RESERVOIRS]
 R   70
[TANKS]
 T   60    2  0.5  4  10  0
[PIPES]
 p1  R  a  500  200  120  0  Open
 p2  v  b  300  150  110  0  Open
 p3  b  c  400  100  110  0  Open
 p4  c  d  350  100  110  0  Open
 p5  d  v  250  100  110  0  Open
[PUMPS]
 pump  d  T  HEAD curve
[VALVES]
 prv   a  v  150  PRV  40  0
 back  T  e  100  TCV  5   0
[PATTERNS]
 day  0.5 1.5
[CURVES]
 curve 10 30
[CONTROLS]
 LINK pump CLOSED IF NODE T ABOVE 3.5
 LINK pump OPEN IF NODE T BELOW 1.5
[TIMES]
 Duration 24:00
 Hydraulic Timestep 1:00
 Pattern Timestep 12:00
 Report Timestep 1:00
[OPTIONS]
 Units CMH
 Headloss H-W
 Accuracy 0.00001
[COORDINATES]
 a 0 0
[END]
"""


def written(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """The small network as a file, some of its text changed (each change is found once at least)."""
    text = SMALL
    for old, new in (changes or {}).items():
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "small.inp"
    path.write_text(text, encoding="utf-8")
    return path


def library(name: str) -> Path:
    """A network that ships with WNTR."""
    import importlib.util

    found = importlib.util.find_spec("wntr")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "library" / "networks" / name
