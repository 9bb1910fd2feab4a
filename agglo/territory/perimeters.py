"""Perimeters: the territory of a name or SIREN, bundled or from the State's geography service."""

import os
import re
from pathlib import Path

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.territory.bundled import BUNDLED, bundled
from agglo.territory.codes import is_siren
from agglo.territory.communes import Territory
from agglo.territory.geography import ADDRESS_VARIABLE, DEFAULT_ADDRESS, TIMEOUT_S, Geography, core_name


def load(
    siren_or_name: str | None = None,
    *,
    cache: Path | None = None,
    address: str | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Territory:
    """The territory of that SIREN or name; Paris-Saclay, which is bundled, when none is given.

    ``cache`` is the folder where the service's answers are kept. ``address`` is that of the geography service, by
    default the value of ``AGGLO_GEOGRAPHY_API``, else the State's. ``timeout_s`` [s] bounds each request.

    >>> load("Paris-Saclay").population_municipale
    319695

    Raises
    ------
    InvalidInput
        The SIREN is malformed, or the service's answer cannot be trusted.
    NotFound
        There is no such EPCI.
    NoNetwork
        The territory is neither bundled nor kept, and the service cannot be reached; the message says how to go on.
    """
    wanted = (siren_or_name or next(iter(BUNDLED))).strip()
    siren = _as_siren(wanted) or _bundled_named(wanted)
    if siren in BUNDLED:
        return bundled(siren)
    chosen = address or os.environ.get(ADDRESS_VARIABLE) or DEFAULT_ADDRESS
    geography = Geography(chosen.rstrip("/"), cache, timeout_s)
    return geography.territory(siren or geography.siren(wanted))


def _as_siren(wanted: str) -> str | None:
    """``wanted`` as a SIREN; None if it has letters and so is a name."""
    number = re.sub(r"\s", "", wanted)
    if re.search(r"[^\W\d_]", number):
        return None
    if not is_siren(number):
        raise InvalidInput(
            _("This is no SIREN."),
            [
                Fault(
                    _("territory"),
                    f'"{wanted}"',
                    _("nine digits, the last a check digit, such as 200056232"),
                    _("Look the SIREN up in Banatic, or give the name of the EPCI."),
                )
            ],
        )
    return number


def _bundled_named(name: str) -> str | None:
    return next((siren for siren in BUNDLED if core_name(bundled(siren).name) == core_name(name)), None)
