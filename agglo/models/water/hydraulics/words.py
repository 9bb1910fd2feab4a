"""The words that EPANET 2.2 knows in each section whose lines open with one (User Manual, appendix C)."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "OPTIONS": (
        *("UNITS", "PRESSURE", "HEADLOSS", "HYDRAULICS", "QUALITY", "VISCOSITY", "DIFFUSIVITY", "SPECIFIC", "TRIALS"),
        *("ACCURACY", "HEADERROR", "FLOWCHANGE", "UNBALANCED", "PATTERN", "DEMAND", "EMITTER", "TOLERANCE", "MAP"),
        *("CHECKFREQ", "MAXCHECK", "DAMPLIMIT", "MINIMUM", "REQUIRED", "VERIFY", "SEGMENTS", "HTOL", "QTOL", "RQTOL"),
    ),
    "TIMES": ("DURATION", "HYDRAULIC", "QUALITY", "RULE", "PATTERN", "REPORT", "START", "STATISTIC", "MINIMUM"),
    "REACTIONS": ("ORDER", "GLOBAL", "BULK", "WALL", "TANK", "LIMITING", "ROUGHNESS"),
    "ENERGY": ("GLOBAL", "PUMP", "DEMAND"),
    "REPORT": (
        *("PAGESIZE", "PAGE", "FILE", "STATUS", "SUMMARY", "MESSAGES", "ENERGY", "NODES", "LINKS", "ELEVATION"),
        *("DEMAND", "HEAD", "PRESSURE", "QUALITY", "LENGTH", "DIAMETER", "FLOW", "VELOCITY", "HEADLOSS", "POSITION"),
        *("SETTING", "REACTION", "F-FACTOR", "FRICTION"),
    ),
    "RULES": ("RULE", "IF", "AND", "OR", "THEN", "ELSE", "PRIORITY"),
    "BACKDROP": ("DIMENSIONS", "UNITS", "FILE", "OFFSET"),
    "TAGS": ("NODE", "LINK"),
    "CONTROLS": ("LINK", "PUMP", "PIPE", "VALVE"),
    "MIXING": (),
}
"""First words by section; a section of :data:`FREE` or with a table of its own has none."""

PUMP_WORDS = ("HEAD", "POWER", "SPEED", "PATTERN")
VALVE_KINDS = ("PRV", "PSV", "PBV", "FCV", "TCV", "GPV")
ONE_WAY = ("PRV", "PSV")
"""Valves that close where the flow would turn back."""
MIXING_KINDS = ("MIXED", "2COMP", "FIFO", "LIFO")
SOURCE_KINDS = ("CONCEN", "MASS", "FLOWPACED", "SETPOINT")
STATUSES = ("OPEN", "CLOSED")

FLOW_UNITS_M3_H: Mapping[str, float] = {
    "CFS": 101.940648,
    "GPM": 0.227124707,
    "MGD": 157.725491,
    "IMGD": 189.420417,
    "AFD": 51.3950765,
    "LPS": 3.6,
    "LPM": 0.06,
    "MLD": 1000 / 24,
    "CMH": 1.0,
    "CMD": 1 / 24,
}
"""One unit of flow of EPANET [m3/h], from the international foot (0.3048 m), the US gallon (3.785411784 L), the
imperial gallon (4.54609 L) and the acre-foot (43,560 ft3)."""

CUSTOMARY = ("CFS", "GPM", "MGD", "IMGD", "AFD")
"""Units of flow that go with feet, inches and psi; the others go with metres, millimetres and metres of water."""

M_PER_FOOT = 0.3048
M_PER_INCH = 0.0254
PSI_PER_FOOT = 0.4333
KPA_PER_PSI = 6.895
"""EPANET's own rounded values, which its pressures and emitters are made with."""
