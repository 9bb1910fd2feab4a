"""The authority that a workspace is about, as ``governance/authority.yaml`` says."""

from dataclasses import dataclass, fields, replace

from agglo.contract.errors import Fault
from agglo.contract.language import _
from agglo.store.workspace import Workspace
from agglo.territory.codes import is_luhn, is_siren
from agglo.trust.deal.fields import Fields
from agglo.trust.governance import files

NAME = "authority"


@dataclass(frozen=True, slots=True)
class Authority:
    """What identifies the authority in what it publishes; empty where it is not said. ``siren`` has 9 digits, ``siret``
    14; ``requests`` is where people ask for rules and documents (the person in charge of access to documents)."""

    name: str = ""
    siren: str = ""
    siret: str = ""
    address: str = ""
    website: str = ""
    contact: str = ""
    data_protection_officer: str = ""
    requests: str = ""


KEYS = tuple(one.name for one in fields(Authority))


def read(workspace: Workspace) -> Authority:
    """The authority of a workspace: its file, what that leaves empty filled from the territory and the settings.

    Raises
    ------
    InvalidInput
        The file is malformed: every unknown entry and every wrong number is named.
    """
    said = files.held(workspace, NAME, (NAME,), _read)
    siren = said.siren or said.siret[:9] or str(workspace.setting("territory"))
    return replace(
        said,
        name=said.name or _territory(workspace),
        siren=siren,
        contact=said.contact or str(workspace.setting("contact")),
    )


def _territory(workspace: Workspace) -> str:
    from agglo.territory import perimeters

    return perimeters.load(str(workspace.setting("territory")), cache=workspace.cache).name


def _read(workspace: Workspace, faults: list[Fault]) -> Authority:
    content = files.own(workspace, NAME, faults)
    if content is None:
        return Authority()
    entry = Fields(content, files.place(NAME), KEYS, faults)
    said = Authority(**{key: entry.text(key, required=False) for key in KEYS})
    return replace(said, siren=_siren(entry, said), siret=_siret(entry, said))


def _siren(entry: Fields, said: Authority) -> str:
    number = _digits(said.siren)
    if number and not is_siren(number):
        entry.fault("siren", said.siren[:80], _("a SIREN number: nine digits, the last of which checks the others"))
    return number


def _siret(entry: Fields, said: Authority) -> str:
    """A SIRET is a SIREN and five digits; all fourteen satisfy Luhn's formula (INSEE, Sirene)."""
    number, siren = _digits(said.siret), _digits(said.siren)
    if not number:
        return ""
    if not (len(number) == 14 and number.isascii() and number.isdigit() and is_luhn(number)):
        expected = _("a SIRET number: fourteen digits, the last of which checks the others")
        entry.fault("siret", said.siret[:80], expected)
    elif siren and not number.startswith(siren):
        entry.fault("siret", said.siret[:80], _("a number that begins with the SIREN, {siren}").format(siren=siren))
    return number


def _digits(number: str) -> str:
    """A number as it is kept, without the spaces people put between groups of digits."""
    return "".join(number.split())
