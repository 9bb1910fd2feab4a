"""What identifiers are called before people: causes, qualities, statuses, fields of a card; and what signs mean."""

from agglo.contract.language import N_, _

_CAUSES = {
    "": N_("all"),
    "land-take": N_("land take"),
    "to-cropland": N_("to cropland"),
    "to-grassland": N_("to grassland"),
    "to-wetland": N_("to wetland"),
    "to-orchard": N_("to orchard"),
    "to-vineyard": N_("to vineyard"),
    "to-forest": N_("to forest"),
}

_QUALITIES = {
    "measured": N_("measured"),
    "modelled": N_("modelled"),
    "declared": N_("declared"),
    "assumed": N_("assumed"),
}

_EXPLANATIONS = {
    "land.carbon-stock": N_(
        "All the carbon that soils (down to 30 cm) and plants hold today. One tonne of carbon in the air makes 3.67 "
        "tonnes of CO₂."
    ),
    "land.carbon-flux": N_(
        "What changes of land use do to carbon in one year. A figure above zero means that soils and plants store "
        "carbon; one below zero (−), that they lose it and that it goes into the air as CO₂."
    ),
    "land.take": N_("Fields, nature and woods that become built or sealed land in one year."),
    "land.uncounted-area": N_(
        "Land of a kind that has no published carbon factor (water, bare ground): it is left out of the stock, not "
        "estimated."
    ),
}

_READINGS = {
    # indicator: what is said under a figure above zero, and under one below
    "land.carbon-flux": (N_("stored each year"), N_("lost to the air each year")),
}

_STATUSES = {
    "measured": N_("measured while it ran"),
    "partial": N_("measured in part"),
    "declared": N_("declared"),
    "unknown": N_("not known"),
}

_CERTIFICATES = {
    "identical": N_("verified: identical"),
    "within tolerance": N_("verified: within tolerance"),
    "differs": N_("verified: differs"),
    "cannot run": N_("could not be run again"),
}


def cause(sector: str) -> str:
    """The sector of an indicator: for a flux of land-use change, its cause; a word we do not know stays as it is."""
    return _in_words(_CAUSES, sector)


def quality(identifier: str) -> str:
    """How a figure was obtained.

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> quality("modelled")
    'modelled'
    """
    return _in_words(_QUALITIES, identifier)


def explanation(indicator: str) -> str:
    """What an indicator says, for someone who does not know the field; empty where we have no words for it."""
    return _in_words(_EXPLANATIONS, indicator, "")


def reading(indicator: str, value: float | None) -> str:
    """What the sign of a figure means: ``lost to the air each year``; empty where the sign says nothing more."""
    if not value or indicator not in _READINGS:
        return ""
    positive, negative = _READINGS[indicator]
    return _(positive if value > 0 else negative)


def status(identifier: str) -> str:
    """How a footprint was obtained."""
    return _in_words(_STATUSES, identifier)


def certificate(identifier: str) -> str:
    """What a verification found."""
    return _in_words(_CERTIFICATES, identifier)


def undeclared(field: str) -> str:
    """A field of a card (``authority.legal_basis``) in words, to stand inside a sentence."""
    from agglo.contract.card import label

    said = label(field)
    return said[:1].lower() + said[1:]


def _in_words(words: dict[str, str], identifier: str, fallback: str | None = None) -> str:
    if identifier in words:
        return _(words[identifier])
    return identifier if fallback is None else fallback
