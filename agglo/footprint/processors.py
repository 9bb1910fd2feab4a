"""Processor names: what a machine, a table and a person call the same chip."""

import re
from functools import lru_cache
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")

_MARKS = re.compile(r"\((?:r|tm|c)\)|®|™")
_TAIL = re.compile(r"\s(?:@|with|w/)\s.*$")
_NOISE = re.compile(r"\b(?:\w+-core|\d+(?:st|nd|rd|th) gen|intel|amd|nvidia|tesla|epyc|cpu|apu|processor)\b")
_STEPPING_ZERO = re.compile(r"\s0\s*$")


def processor_key(name: str) -> str:
    """What is left of a processor's name without makers' words, marks, frequency, case and spaces.

    >>> processor_key("Intel(R) Xeon(R) CPU E5-2683 v4 @ 2.10GHz") == processor_key("Xeon  E5-2683 V4")
    True
    >>> processor_key("AMD EPYC 7763 64-Core Processor"), processor_key("NVIDIA Tesla T4")
    ('7763', 't4')
    """
    text = _TAIL.sub("", _MARKS.sub(" ", name.casefold()))
    return "".join(_STEPPING_ZERO.sub("", _NOISE.sub(" ", text)).split()).strip("-")


@lru_cache(maxsize=4)
def machine_processor(cpuinfo: Path = CPUINFO) -> str | None:
    """The processor's name as the machine gives it ("model name"), or None where it gives none."""
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found.group(1).strip() if found else None
