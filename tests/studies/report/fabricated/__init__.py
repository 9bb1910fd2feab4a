"""Studies made up for the tests: the tables that climate models give, with plausible figures that mean nothing."""

from .climate_plan import STRASBOURG, strasbourg
from .green_deal import SACLAY, saclay
from .keeping import Keeper, Place, Result, Scenario, Step, Study, content, keeper

__all__ = [
    "SACLAY",
    "STRASBOURG",
    "Keeper",
    "Place",
    "Result",
    "Scenario",
    "Step",
    "Study",
    "content",
    "keeper",
    "saclay",
    "strasbourg",
]
