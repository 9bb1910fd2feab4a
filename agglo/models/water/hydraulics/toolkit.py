"""EPANET's own functions, called through the library that WNTR brings: numbers in, numbers out, its errors in words."""

import ctypes
import re
from pathlib import Path
from types import TracebackType
from typing import Any

from agglo.contract.errors import Fault, InvalidInput, MissingExtra, ModelFailed
from agglo.contract.language import _

ELEVATION, BASE_DEMAND, EMITTER, TANK_LEVEL, DEMAND, HEAD = 0, 1, 3, 8, 9, 10
ROUGHNESS, INITIAL_STATUS, INITIAL_SETTING, FLOW, STATUS, SETTING, POWER = 2, 4, 5, 8, 11, 12, 13
DURATION, HYDRAULIC_STEP, PATTERN_STEP, REPORT_STEP, REPORT_START = 0, 1, 3, 5, 6
ACCURACY, EMITTER_EXPONENT, DEMAND_MULTIPLIER = 1, 3, 4
CONTROL_COUNT, RULE_COUNT = 5, 6
"""Codes of the EPANET 2.2 programmer's toolkit (epanet2_enums.h)."""
FROM_SCRATCH = 10
"""How hydraulics start: flows not those of the run before, results not saved on disk."""

_REPORTED = re.compile(r"Error (\d{3}):?\s*(.*)")


class Toolkit:
    """One EPANET project, open on a file. Every call looks at the code that EPANET gives back.

    Raises
    ------
    MissingExtra
        WNTR, which brings EPANET, is not installed.
    InvalidInput
        EPANET refuses the file: its errors, as its report words them.
    """

    def __init__(self, inp: Path, report: Path) -> None:
        try:
            from wntr.epanet.toolkit import ENepanet  # type: ignore[import-untyped]
        except ImportError:
            raise MissingExtra("wntr", "water") from None
        self._report = report
        self._epanet = ENepanet()
        self._library: Any = self._epanet.ENlib
        self._project = self._epanet._project
        self._library.EN_createproject(ctypes.byref(self._project))
        code = self._library.EN_open(self._project, bytes(inp), bytes(report), b"")
        if code >= 100:
            self.close()
            raise InvalidInput(_("EPANET refuses this model."), self._reported(code))
        self._indexes: dict[tuple[str, str], int] = {}
        self.call("setstatusreport", 0)

    def close(self) -> None:
        """Frees the project and its files; closing twice does nothing."""
        if self._project is not None:
            self._library.EN_close(self._project)
            self._library.EN_deleteproject(self._project)
            self._project = None

    def __enter__(self) -> "Toolkit":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def call(self, name: str, *values: Any) -> int:
        """The EPANET function ``EN_name``; its warning (1 to 6), or 0.

        Raises
        ------
        ModelFailed
            EPANET stopped: its code and text.
        """
        code: int = getattr(self._library, f"EN_{name}")(self._project, *values)
        if code >= 100:
            raise ModelFailed(_("EPANET stopped with error {code}: {text}.").format(code=code, text=text_of(code)))
        return code

    def whole(self, name: str, *values: Any) -> int:
        """The whole number that an EPANET function gives."""
        found = ctypes.c_int()
        self.call(name, *values, ctypes.byref(found))
        return found.value

    def long(self, name: str, *values: Any) -> int:
        """The time [s] that an EPANET function gives."""
        found = ctypes.c_long()
        self.call(name, *values, ctypes.byref(found))
        return found.value

    def real(self, name: str, *values: Any) -> float:
        """The number that an EPANET function gives."""
        found = ctypes.c_double()
        self.call(name, *values, ctypes.byref(found))
        return found.value

    def index(self, kind: str, name: str) -> int:
        """EPANET's index of a node, link or pattern of that name, looked up once."""
        if (kind, name) not in self._indexes:
            self._indexes[kind, name] = self.whole(f"get{kind}index", name.encode())
        return self._indexes[kind, name]

    def set_node_value(self, index: int, code: int, value: float) -> None:
        self.call("setnodevalue", index, code, ctypes.c_double(value))

    def set_link_value(self, index: int, code: int, value: float) -> None:
        self.call("setlinkvalue", index, code, ctypes.c_double(value))

    def set_option(self, code: int, value: float) -> None:
        self.call("setoption", code, ctypes.c_double(value))

    def set_pattern(self, index: int, values: Any) -> None:
        """The multipliers of a pattern: an array of float64, contiguous."""
        pointer = values.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
        self.call("setpattern", index, pointer, len(values))

    def controlled(self, control: int) -> int:
        """Index of the link that a simple control moves."""
        link = ctypes.c_int()
        others = (ctypes.c_int(), ctypes.c_double(), ctypes.c_int(), ctypes.c_double())
        kind, setting, node, level = (ctypes.byref(one) for one in others)
        self.call("getcontrol", control, kind, ctypes.byref(link), setting, node, level)
        return link.value

    def reader(self, what: str, indexes: Any, code: int) -> Any:
        """A function that fills an array with one value of several nodes or links: one library call each, no more."""
        if not indexes:
            return lambda _row: None
        function = getattr(self._library, f"EN_get{what}value")
        project, kind = self._project, ctypes.c_int(code)
        buffer = (ctypes.c_double * len(indexes))()
        size = ctypes.sizeof(ctypes.c_double)
        places = [(ctypes.c_int(int(index)), ctypes.byref(buffer, rank * size)) for rank, index in enumerate(indexes)]

        def read(row: Any) -> None:
            for index, place in places:
                function(project, index, kind, place)
            row[:] = buffer

        return read

    def _reported(self, code: int) -> list[Fault]:
        """The errors that EPANET wrote in its report, or the one it gave back."""
        lines = self._report.read_text(encoding="utf-8", errors="replace").splitlines() if self._report.exists() else []
        faults = []
        for at, line in enumerate(lines):
            found = _REPORTED.search(line)
            if found and found[1] != "200":
                after = lines[at + 1].strip() if at + 1 < len(lines) and line.rstrip().endswith(":") else ""
                what = f"{found[2].strip()} {after}".strip()
                faults.append(Fault(_("EPANET error {code}").format(code=found[1]), what))
        return faults or [Fault(_("EPANET error {code}").format(code=code), text_of(code))]


def text_of(code: int) -> str:
    """What a code of EPANET means, in its own English."""
    from wntr.epanet.exceptions import EN_ERROR_CODES  # type: ignore[import-untyped]

    text: str = EN_ERROR_CODES.get(code, "unknown error")
    return text.replace("At %s, ", "").replace(" (%s)", "").replace(", %s", "").replace(" %s", "").strip()
