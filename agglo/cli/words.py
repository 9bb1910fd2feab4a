"""Words of our formats, which are English identifiers, as people read them."""

from agglo.contract.language import _


def state(word: str) -> str:
    """The state of a run."""
    return {"finished": _("finished"), "failed": _("failed")}[word]


def verdict(word: str) -> str:
    """What a verification found."""
    return {
        "identical": _("identical"),
        "within tolerance": _("within tolerance"),
        "differs": _("differs"),
        "cannot run": _("cannot run"),
    }[word]


def status(word: str) -> str:
    """How far a footprint is known."""
    return {
        "measured": _("measured"),
        "partial": _("partial"),
        "declared": _("declared"),
        "unknown": _("unknown"),
    }[word]


def cause(sector: str) -> str:
    """The sector of an indicator: for a flux of land-use change, its cause; a word we do not know stays as it is."""
    return {
        "": _("all"),
        "land-take": _("land take"),
        "to-cropland": _("to cropland"),
        "to-grassland": _("to grassland"),
        "to-wetland": _("to wetland"),
        "to-orchard": _("to orchard"),
        "to-vineyard": _("to vineyard"),
        "to-forest": _("to forest"),
    }.get(sector, sector)
