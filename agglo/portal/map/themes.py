"""What a layer can be coloured by: an indicator with its years, or a column of figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agglo.contract.indicators import vocabulary
from agglo.portal import layers
from agglo.portal.layers import Layer, Property

NO_YEAR = 0
_NUMBERS = ("number", "integer")


@dataclass(frozen=True, slots=True)
class Theme:
    """One subject of a layer: its properties by year; ``NO_YEAR`` for one that names none."""

    id: str
    title: str
    years: Mapping[int, Property]

    @property
    def last(self) -> int:
        """The latest year."""
        return max(self.years)


def of_layer(layer: Layer, properties: Sequence[Property]) -> dict[str, Theme]:
    """The themes of a layer by identifier, in the order of its properties."""
    if layer.output == layers.INDICATORS:
        return _indicators(properties)
    figures = [one for one in properties if one.type in _NUMBERS]
    return {one.name: Theme(one.name, one.title or one.name, {NO_YEAR: one}) for one in figures}


def _indicators(properties: Sequence[Property]) -> dict[str, Theme]:
    found: dict[str, dict[int, Property]] = {}
    for one in properties:
        name, _underscore, year = one.name.rpartition("_")
        if name and year.isdigit():
            found.setdefault(name, {})[int(year)] = one
    words = vocabulary()
    return {name: Theme(name, words[name].title if name in words else name, years) for name, years in found.items()}
