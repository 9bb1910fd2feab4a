"""The lines of an EPANET 2.2 file, cut into sections and cells.

Format: L. Rossman et al., EPANET 2.2 User Manual, EPA/600/R-20/133, 2020, appendix C.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, nearest
from agglo.contract.language import _

if TYPE_CHECKING:
    import pyarrow as pa

SECTIONS = (
    *("TITLE", "JUNCTIONS", "RESERVOIRS", "TANKS", "PIPES", "PUMPS", "VALVES", "EMITTERS", "DEMANDS", "STATUS"),
    *("PATTERNS", "CURVES", "CONTROLS", "RULES", "ENERGY", "QUALITY", "SOURCES", "REACTIONS", "MIXING", "TIMES"),
    *("REPORT", "OPTIONS", "COORDINATES", "VERTICES", "LABELS", "BACKDROP", "TAGS", "ROUGHNESS", "END"),
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_CELL = re.compile(r'"[^"]*"|[^\s,"]+')


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section that says something: its number in the file and its cells, comments left out."""

    line: int
    section: str
    cells: tuple[str, ...]

    def cell(self, at: int) -> str:
        """The cell of that rank (from 0), empty where the line is shorter."""
        return self.cells[at] if at < len(self.cells) else ""

    def word(self, at: int) -> str:
        """The same in capitals: EPANET's own words have no case."""
        return self.cell(at).upper()

    @property
    def where(self) -> str:
        return _("line {line}, section [{section}]").format(line=self.line, section=self.section)


@dataclass(slots=True)
class Faults:
    """What is wrong with a file, gathered as it is read."""

    found: list[Fault] = field(default_factory=list)

    def add(self, row: Row, got: str = "", expected: str = "", repair: str = "") -> None:
        self.found.append(Fault(row.where, got, expected, repair))

    def number(self, row: Row, at: int, *, default: float | None = None, above_zero: bool = False) -> float:
        """The number in a cell; a fault, and NaN, where it is none. An empty cell is ``default`` where there is one."""
        text = row.cell(at)
        if not text and default is not None:
            return default
        value = float(text) if _NUMBER.fullmatch(text) else nan
        if isnan(value):
            self.add(row, f'"{text}"' if text else _("nothing"), _("a number in column {rank}").format(rank=at + 1))
        elif above_zero and value <= 0:
            self.add(row, text, _("a number above zero in column {rank}").format(rank=at + 1))
        return value

    def known(self, row: Row, name: str, names: "Mapping[str, object]", what: str) -> bool:
        """Whether ``name`` is one of ``names``; a fault that names the closest where it is not."""
        if name in names:
            return True
        self.add(row, f'"{name}"', what, nearest(name, list(names)))
        return False


def texts(source: "pa.Table | Path") -> list[str]:
    """The lines of an EPANET model, from a table of ``line`` and ``text`` (any order) or from a file."""
    if isinstance(source, Path):
        content = source.read_bytes()
        try:
            return content.decode("utf-8-sig").splitlines()
        except UnicodeDecodeError:
            return content.decode("latin-1").splitlines()
    rows = sorted(zip(source["line"].to_pylist(), source["text"].to_pylist(), strict=True))
    lines = [""] * (rows[-1][0] if rows else 0)
    for line, text in rows:
        lines[line - 1] = text or ""
    return lines


def rows(lines: Iterable[str], faults: Faults) -> Iterator[Row]:
    """Lines that say something, each with its section; what comes after [END] is not read by EPANET, and is a fault."""
    section = ""
    for line, text in enumerate(lines, 1):
        bare = text.split(";", 1)[0].strip()
        if not bare:
            continue
        if section == "END":
            faults.add(Row(line, section, ()), f'"{bare}"', _("nothing after [END], which EPANET does not read"))
            return
        if bare.startswith("["):
            section = _section(bare, line, faults)
        elif not section:
            faults.add(Row(line, "", ()), f'"{bare}"', _("a section such as [JUNCTIONS] before it"))
            section = "?"
        elif section != "?":
            yield Row(line, section, tuple(cell.strip('"') for cell in _CELL.findall(bare)))


def _section(text: str, line: int, faults: Faults) -> str:
    """The section that a line opens, "?" where there is none of that name; EPANET reads its first four letters."""
    name = text.lstrip("[").split("]")[0].strip().upper()
    for section in SECTIONS:
        if len(name) >= min(4, len(section)) and (section.startswith(name) or name.startswith(section)):
            return section
    faults.add(Row(line, name, ()), f"[{name}]", _("a section of EPANET 2.2"), nearest(name, SECTIONS))
    return "?"
