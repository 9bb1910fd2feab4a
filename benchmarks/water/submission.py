"""Submissions as BattLeDIM takes them: a text file with ``pipe, YYYY-MM-DD HH:MM`` on each line, # for remarks."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import numpy as np

from agglo.contract.errors import Fault, InvalidInput
from benchmarks.water.scoring import Detection

_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")
_HEADER = "# pipe, detection time"


def read(path: Path) -> list[Detection]:
    """Every detection of a file; every line that cannot be read is named, and then nothing is taken."""
    return parse(path.read_text(encoding="utf-8-sig"), name=path.name)


def parse(text: str, *, name: str = "submission") -> list[Detection]:
    found: list[Detection] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        fields = [field.strip() for field in said.split(",")]
        time = _time(fields[1]) if len(fields) == 2 else None
        if time is None or not fields[0]:
            faults.append(
                Fault(f"line {number}", said, "pipe, YYYY-MM-DD HH:MM", "Correct the line, or put # before it.")
            )
        else:
            found.append(Detection(fields[0], time))
    if faults:
        raise InvalidInput(f"{name} cannot be read as a submission.", faults)
    return found


def _time(text: str) -> np.datetime64 | None:
    for form in _FORMATS:
        try:
            return np.datetime64(datetime.strptime(text, form), "s")  # noqa: DTZ007
        except ValueError:
            continue
    return None


def text_of(detections: Iterable[Detection]) -> str:
    """What :func:`parse` reads."""
    lines = [f"{one.pipe}, {str(one.time.astype('datetime64[m]')).replace('T', ' ')}" for one in detections]
    return "\n".join([_HEADER, *lines]) + "\n"
