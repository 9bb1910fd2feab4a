"""Communes and the territory they make up: official codes, names, populations, outlines."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from agglo.contract.errors import Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import _
from agglo.territory.codes import format_faults, is_insee, position_name
from agglo.territory.geodesy import M2_PER_HA, Point, ring_area_m2

Bounds = tuple[float, float, float, float]
"""West, south, east, north [degrees]."""

_SHORT_FORMS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur", "ss": "sous"}
_ARTICLES = ("la ", "le ", "les ", "l ")


def fold(name: str) -> str:
    """``name`` without what people vary: case, accents, hyphens, apostrophes, St and Ste, "s/" for "sur".

    >>> fold("SAINT-AUBIN") == fold("st Aubin"), fold("Épinay s/Orge")
    (True, 'epinay sur orge')
    """
    bare = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    words = re.sub(r"[^a-z0-9]+", " ", letters).split()
    return " ".join(_SHORT_FORMS.get(word, word) for word in words)


@dataclass(frozen=True)
class Ring:
    """One closed line of an outline: the outer line of its ``part``, or a hole in it."""

    points: tuple[Point, ...]
    part: int = 0
    hole: bool = False


@dataclass(frozen=True)
class Commune:
    """A commune. Its centre is in degrees of WGS 84; None means that the source does not state it."""

    insee: str
    name: str
    siren: str | None
    population_municipale: int | None
    population_totale: int | None
    longitude: float
    latitude: float
    rings: tuple[Ring, ...]
    department: str
    region: str

    @cached_property
    def area_ha(self) -> float:
        """Area inside the outline [ha], holes taken out (GRS 80, see :mod:`agglo.territory.geodesy`)."""
        return sum((-1 if ring.hole else 1) * ring_area_m2(ring.points) for ring in self.rings) / M2_PER_HA

    @property
    def bounds(self) -> Bounds:
        """West, south, east and north of the outline [degrees]."""
        longitudes, latitudes = zip(*(point for ring in self.rings for point in ring.points), strict=True)
        return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


@dataclass(frozen=True)
class Territory:
    """A perimeter of communes. ``year`` is that of the populations; None means the source does not state it.

    Raises
    ------
    InvalidInput
        There is no commune, or one is there twice.
    """

    siren: str
    name: str
    communes: tuple[Commune, ...]
    source: str
    licence: str
    year: int | None

    def __post_init__(self) -> None:
        faults = format_faults((commune.insee for commune in self.communes), what=self.name)
        if not self.communes:
            faults.append(Fault(self.name, _("no commune"), _("one commune or more")))
        if faults:
            raise InvalidInput(_("These communes do not make a territory."), faults)

    @cached_property
    def _by_insee(self) -> dict[str, Commune]:
        return {commune.insee: commune for commune in self.communes}

    @cached_property
    def _by_name(self) -> dict[str, list[Commune]]:
        found: dict[str, list[Commune]] = {}
        for commune in self.communes:
            folded = fold(commune.name)
            article = next((article for article in _ARTICLES if folded.startswith(article)), "")
            for key in {folded, folded.removeprefix(article)}:
                found.setdefault(key, []).append(commune)
        return found

    @property
    def codes(self) -> tuple[str, ...]:
        """INSEE codes of the communes, in their order."""
        return tuple(self._by_insee)

    @property
    def population_municipale(self) -> int | None:
        """Municipal population [inhabitants]; None where one commune's is not known."""
        known = [one.population_municipale for one in self.communes if one.population_municipale is not None]
        return sum(known) if len(known) == len(self.communes) else None

    @property
    def area_ha(self) -> float:
        """Sum of the communes' areas [ha]."""
        return sum(commune.area_ha for commune in self.communes)

    @property
    def bounds(self) -> Bounds:
        """West, south, east and north of the territory [degrees]."""
        wests, souths, easts, norths = zip(*(commune.bounds for commune in self.communes), strict=True)
        return min(wests), min(souths), max(easts), max(norths)

    @property
    def vintage(self) -> str:
        """The year of the populations, said to a person."""
        if self.year is None:
            return _("populations of a year that the source does not state")
        return _("populations in force in {year}").format(year=self.year)

    def commune(self, code_or_name: str) -> Commune:
        """The commune of that INSEE code, or of that name as a person writes it.

        >>> from agglo.territory.perimeters import load
        >>> load().commune("epinay s/ orge").insee
        '91216'

        Raises
        ------
        NotFound
            No commune of the territory has that code or name; the nearest is named.
        InvalidInput
            Several communes have that name.
        """
        if code_or_name in self._by_insee:
            return self._by_insee[code_or_name]
        found = self._by_name.get(fold(code_or_name), [])
        if len(found) == 1:
            return found[0]
        if found:
            choices = ", ".join(f"{one.name} ({one.insee})" for one in found)
            raise InvalidInput(
                _('Several communes are named "{name}".').format(name=code_or_name),
                repair=_("Give the code of one: {choices}").format(choices=choices),
            )
        raise NotFound(
            _('No commune "{name}" in {territory}.').format(name=code_or_name, territory=self.name),
            repair=self._nearest(code_or_name),
        )

    def _nearest(self, code_or_name: str) -> str:
        if is_insee(code_or_name):
            return nearest(code_or_name, self.codes)
        close = get_close_matches(fold(code_or_name), list(self._by_name), n=1, cutoff=0.6)
        names = [commune.name for commune in self.communes]
        return nearest(self._by_name[close[0]][0].name if close else code_or_name, names)

    def validate_codes(self, codes: Iterable[str], *, what: str = "") -> list[Fault]:
        """Malformed, repeated and foreign INSEE ``codes``, one fault each; an empty list means that all are good.

        ``what`` names the list in the faults (a column, a parameter); positions count from 1.
        """
        given = list(codes)
        faults = format_faults(given, what=what)
        for position, code in enumerate(given, start=1):
            if is_insee(code) and code not in self._by_insee:
                faults.append(
                    Fault(
                        position_name(what, position),
                        f'"{code}"',
                        _("a commune of {territory}").format(territory=self.name),
                        nearest(code, self.codes),
                    )
                )
        return faults
