"""The State's public geography API: any French EPCI, its communes and their outlines, with the answers kept.

API Découpage administratif (``geo.api.gouv.fr``): ``/epcis/{siren}`` names the EPCI, ``/epcis/{siren}/communes`` lists
its communes (GeoJSON outlines, municipal population), ``/epcis?nom=`` looks one up by name. The API does not state the
year of the populations; neither do we.

Answers are kept as they came, in two files a person can also put in place by hand: ``epci-SIREN.json`` and
``epci-SIREN-communes.json``. A kept answer is used without the network; one that cannot be trusted is asked for again.
Remove both files to ask again on purpose.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from agglo.contract.errors import Fault, InvalidInput, NoNetwork, NotFound
from agglo.contract.language import _
from agglo.store.files import write_atomically
from agglo.territory import _http
from agglo.territory.communes import Territory, fold
from agglo.territory.geography_answers import read_epci_list, read_epci_name, read_json, read_territory

DEFAULT_ADDRESS = "https://geo.api.gouv.fr"
ADDRESS_VARIABLE = "AGGLO_GEOGRAPHY_API"
TIMEOUT_S = 30.0
LIMIT_BYTES = 64 * 1024**2
COMMUNE_FIELDS = "nom,code,siren,population,centre,contour,codeDepartement,codeRegion"
SHOWN_CHOICES = 10

_KINDS = (
    "communaute d agglomeration",
    "communaute de communes",
    "communaute urbaine",
    "communaute",
    "metropole",
    "ca",
    "cc",
    "cu",
)
_log = logging.getLogger(__name__)


def core_name(name: str) -> str:
    """``name`` of an EPCI folded, without the words that say its kind.

    >>> core_name("CA Communauté Paris-Saclay") == core_name("Communauté d'agglomération Paris-Saclay")
    True
    """
    folded = fold(name)
    while kind := next((kind for kind in _KINDS if folded.startswith(f"{kind} ")), ""):
        folded = folded.removeprefix(f"{kind} ")
    for article in ("de la ", "de l ", "des ", "du ", "de ", "d ", "la ", "le ", "les ", "l "):
        if folded.startswith(article):
            return folded.removeprefix(article)
    return folded


@dataclass(frozen=True)
class Geography:
    """The geography service at an ``address``; ``cache`` is the folder where answers are kept, if any."""

    address: str
    cache: Path | None = None
    timeout_s: float = TIMEOUT_S
    limit_bytes: int = LIMIT_BYTES

    def territory(self, siren: str) -> Territory:
        """The EPCI of that SIREN, from kept answers or from the service.

        Raises
        ------
        NotFound
            The service knows no EPCI of that SIREN.
        InvalidInput
            The service's answer cannot be trusted; every fault is listed.
        NoNetwork
            No kept answer and no network; the message says how to go on.
        """
        damage: tuple[Fault, ...] = ()
        try:
            kept = self._kept(siren)
        except InvalidInput as error:
            kept, damage = None, error.faults
        return kept or self._asked(siren, damage)

    def siren(self, name: str) -> str:
        """SIREN of the EPCI of that ``name``, with or without the words that say its kind.

        Raises
        ------
        NotFound
            No EPCI, or several, have that name; the closest are listed with their SIREN.
        NoNetwork
            No kept EPCI of that name and no network.
        """
        kept = [siren for siren, known in self._kept_names().items() if core_name(known) == core_name(name)]
        if len(kept) == 1:
            return kept[0]
        query = urlencode({"nom": name, "fields": "nom,code", "limit": 50})
        try:
            answer = self._get(f"{self.address}/epcis?{query}")
        except NoNetwork as error:
            raise NoNetwork(
                error.what, error.faults, repair=_("Give the SIREN instead of the name, or ask again later.")
            ) from error
        return _only(name, read_epci_list(read_json(answer, "epcis")))

    def urls(self, siren: str) -> tuple[str, str]:
        """Addresses of the two answers that describe an EPCI: the EPCI, its communes."""
        epci = f"{self.address}/epcis/{siren}"
        return f"{epci}?fields=nom,code", f"{epci}/communes?fields={COMMUNE_FIELDS}&format=json"

    def files(self, siren: str) -> tuple[Path, Path] | None:
        """Where the two answers are kept; None without a cache folder."""
        if self.cache is None:
            return None
        return self.cache / f"epci-{siren}.json", self.cache / f"epci-{siren}-communes.json"

    def _get(self, url: str) -> bytes:
        return _http.get(url, timeout_s=self.timeout_s, limit_bytes=self.limit_bytes)

    def _kept(self, siren: str) -> Territory | None:
        files = self.files(siren)
        if files is None or not all(file.is_file() for file in files):
            return None
        epci, communes = (read_json(file.read_bytes(), file.name) for file in files)
        return read_territory(epci, communes, siren)

    def _kept_names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for file in sorted(self.cache.glob("epci-" + "[0-9]" * 9 + ".json")) if self.cache else ():
            try:
                siren = file.stem.removeprefix("epci-")
                names[siren] = read_epci_name(read_json(file.read_bytes(), file.name), siren)
            except InvalidInput:
                _log.warning("kept answer set aside: %s", file.name)
        return names

    def _asked(self, siren: str, damage: tuple[Fault, ...]) -> Territory:
        try:
            answers = [self._get(url) for url in self.urls(siren)]
        except NotFound as error:
            raise NotFound(
                _("The geography service knows no EPCI of SIREN {siren}.").format(siren=siren),
                repair=_("Check the SIREN, and the address of the service: {address}").format(address=self.address),
            ) from error
        except NoNetwork as error:
            raise NoNetwork(error.what, [*error.faults, *damage], repair=self._ways_on(siren)) from error
        territory = read_territory(read_json(answers[0], "epci"), read_json(answers[1], "communes"), siren)
        self._keep(siren, answers)
        return territory

    def _keep(self, siren: str, answers: list[bytes]) -> None:
        for file, answer in zip(self.files(siren) or (), answers, strict=False):
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(file, answer)
            except OSError as error:
                _log.warning("answer not kept as %s: %s", file.name, error.strerror)

    def _ways_on(self, siren: str) -> str:
        files, urls = self.files(siren), self.urls(siren)
        ways = [_("ask again when the network is back")]
        if files:
            ways.append(
                _("from a connected computer, save {url1} as {file1} and {url2} as {file2}").format(
                    url1=urls[0], file1=files[0], url2=urls[1], file2=files[1]
                )
            )
        else:
            ways.append(_("name a folder where answers are kept, and put those of another computer there"))
        ways.append(_("set {variable} to the address of a copy of the service").format(variable=ADDRESS_VARIABLE))
        ways.append(_("use the bundled territory, Paris-Saclay (200056232), which needs no network"))
        return _("To go on: {ways}.").format(ways="; ".join(ways))


def _only(name: str, found: dict[str, str]) -> str:
    same = [siren for siren, known in found.items() if core_name(known) == core_name(name)]
    if len(same) == 1:
        return same[0]
    choices = ", ".join(f"{found[siren]} ({siren})" for siren in (same or list(found))[:SHOWN_CHOICES])
    message = _('Several EPCI are named "{name}".') if same else _('No EPCI is named "{name}".')
    repair = _("Give the SIREN of one of: {choices}").format(choices=choices) if choices else _("Give its SIREN.")
    raise NotFound(message.format(name=name), repair=repair)
