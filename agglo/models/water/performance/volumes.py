"""Volumes of a drinking-water service in a year, and the sums that every indicator is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

DAYS = 365
"""Days of a year in every indicator, leap years too: the regulatory sheets divide by 365."""


@dataclass(frozen=True, slots=True)
class Volumes:
    """What went in, out and to whom [m3 in the year].

    ``unbilled_metered`` is a part of ``metered``, ``billed_unmetered`` a part of ``unmetered``. Apparent losses, a
    part of the losses, are ``unauthorised`` (theft) and ``under_registered`` (meters that read low).

    >>> one = Volumes(1_200_000, 150_000, 80_000, 930_000, 12_000, 18_000)
    >>> one.put_in, one.supplied, one.authorised, one.losses
    (1350000, 1270000, 960000, 310000)
    """

    produced: float
    imported: float
    exported: float
    metered: float
    unmetered: float
    service: float
    unbilled_metered: float = 0.0
    billed_unmetered: float = 0.0
    unauthorised: float = 0.0
    under_registered: float = 0.0

    @property
    def put_in(self) -> float:
        """Produced and imported: the system input of the IWA balance."""
        return self.produced + self.imported

    @property
    def supplied(self) -> float:
        """Put in less exported (volume mis en distribution)."""
        return self.put_in - self.exported

    @property
    def authorised(self) -> float:
        """Metered, unmetered and service water (volume consommé autorisé)."""
        return self.metered + self.unmetered + self.service

    @property
    def used(self) -> float:
        """Authorised consumption and water exported."""
        return self.authorised + self.exported

    @property
    def losses(self) -> float:
        return self.put_in - self.used

    @property
    def apparent_losses(self) -> float:
        return self.unauthorised + self.under_registered

    @property
    def real_losses(self) -> float:
        return self.losses - self.apparent_losses

    @property
    def billed(self) -> float:
        """Billed authorised consumption, water exported among it."""
        return self.metered - self.unbilled_metered + self.billed_unmetered + self.exported

    @property
    def non_revenue(self) -> float:
        return self.put_in - self.billed

    def moved(self, name: str, by: float) -> "Volumes":
        """The same volumes but for one, greater by ``by`` [m3]."""
        return replace(self, **{name: getattr(self, name) + by})

    def __add__(self, other: "Volumes") -> "Volumes":
        return Volumes(*(getattr(self, name) + getattr(other, name) for name in NAMES))


NAMES: tuple[str, ...] = tuple(one.name for one in fields(Volumes))
REQUIRED: tuple[str, ...] = NAMES[:6]
"""Volumes without which no indicator is given; the others are parts, and none is stated where they are empty."""

Halfwidths = Mapping[str, float]
"""Half of the 95 % interval of each volume, by name [m3]."""
