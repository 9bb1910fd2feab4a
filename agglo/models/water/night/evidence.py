"""All that the estimates of a run rest on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agglo.models.water.night.attributes import Attributes
from agglo.models.water.night.households import Measured
from agglo.models.water.night.hypotheses import Hypotheses
from agglo.models.water.readings.sectors import Meter

if TYPE_CHECKING:
    from agglo.models.water.readings.series import Series


@dataclass(frozen=True, slots=True)
class Evidence:
    """Readings, the meters of the sectors, what is known of these, measured night use, and hypotheses."""

    series: "Series"
    meters: tuple[Meter, ...]
    hypotheses: Hypotheses
    attributes: Mapping[str, Attributes] = field(default_factory=dict)
    households: Mapping[str, Measured] = field(default_factory=dict)

    def known(self, sector: str) -> Attributes:
        """What is known of a sector: nothing but its name where nothing was given."""
        return self.attributes.get(sector, Attributes(sector))
