"""The report of an answer: one self-contained HTML page with maps, tables, sources, limits and footprint.

``write`` makes it from runs that are kept; it is a rendering, outside any fingerprint or digest. Its pieces serve other
pages as well: :mod:`.classes` (classes and colours of a map), :mod:`.maps` (a territory as a drawing) and
:mod:`.comparison` (runs side by side, indicator by indicator).
"""

from agglo.studies.report.comparison import LabelledRun
from agglo.studies.report.pages import render, write
from agglo.studies.report.sources import descriptions

__all__ = ["LabelledRun", "descriptions", "render", "write"]
