"""What a search for leaks rests on: rules, readings, network, places, sectors and decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agglo.models.water.hydraulics.network import Network
from agglo.models.water.locating.deciding import Decided
from agglo.models.water.locating.found import Place
from agglo.models.water.readings.sectors import Meter
from agglo.models.water.readings.series import Series
from agglo.models.water.watching.evidence import Rules


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything that was given. ``network`` is None where there is none; ``sectors`` is the sector of each node of it,
    ``titles`` what sectors are called. ``reach_m`` is how far around crews search [m], ``least`` the smallest
    probability at which a pipe is told [1]."""

    series: Series
    rules: Rules
    reach_m: float
    least: float
    meters: Sequence[Meter] = ()
    decided: Decided = field(default_factory=dict)
    network: Network | None = None
    places: Mapping[str, Place] = field(default_factory=dict)
    sectors: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    healthy: Series | None = None
    caption: str = ""

    def title_of(self, sector: str) -> str:
        """What people call a sector."""
        return self.titles.get(sector) or sector
