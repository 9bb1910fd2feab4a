"""Settings of a workspace: ``agglo.toml``, overridden by ``AGGLO_*`` environment variables."""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import LANGUAGES, _

CONFIG_FILE = "agglo.toml"

_TEMPLATE = """\
# Settings of this workspace. Lines that begin with # show the default values.
# "agglo config show" says where each value in force comes from.

# territory = "200056232"     # SIREN of the territory this workspace is about
# location = "FR"             # where computations run: sets the carbon intensity of electricity
# platform = "localServer"    # personalComputer (PUE 1) or localServer
# pue = 1.56                  # power usage effectiveness, if it is known
# language = "fr"             # fr or en
# time_zone = "Europe/Paris"
# visibility = "draft"        # of what is kept until somebody decides: public, draft or restricted
# address = ""                # public address of the portal, such as "https://agglo.example.fr"
# publisher = ""              # who answers for the portal: the legal notice names it
# contact = ""                # how people reach the publisher: an e-mail address or a telephone number
# accessibility_contact = ""  # how people say that something is not accessible to them
# map_background = ""         # address of raster tiles, with {z}, {x} and {y}; empty: the communes' outlines alone
# map_background_source = ""  # whose tiles they are: the map names it
# upload_limit_mb = 200       # largest file that may be sent to the portal
# workers = 1                 # questions that the portal has executed at once
# identity_provider = ""      # issuer of OpenID Connect (ProConnect...); the secret is in AGGLO_IDENTITY_SECRET
# identity_client = ""        # the portal's identifier at that provider
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value in force and where it comes from: ``default``, ``agglo.toml`` or the name of a variable."""

    name: str
    value: Any
    origin: str


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(_("a text"))
    return value


def _one_of(*allowed: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in allowed:
            raise ValueError(_("one of {values}").format(values=", ".join(allowed)))
        return str(value)

    return check


def _pue(value: Any) -> float | None:
    if value is None or value == "":
        return None
    try:
        number = 0.0 if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = 0.0
    if not 1.0 <= number <= 10.0:
        raise ValueError(_("a number from 1 to 10"))
    return number


def _time_zone(value: Any) -> str:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(_text(value)).key
    except Exception:
        raise ValueError(_("a zone of the IANA table, such as Europe/Paris")) from None


def _any_text(value: Any) -> str:
    return _text(value).strip() if value != "" else ""


def _address(value: Any) -> str:
    text = _any_text(value).rstrip("/")
    if text and not re.fullmatch(r"https?://[^\s/?#\"'<>]+(/[^\s?#\"'<>]*)?", text):
        raise ValueError(_("an address that begins with https://"))
    return text


_TILE_ADDRESS = re.compile(r"https?://[^\s/?#\"'<>;,]+/[^\s#\"'<>;]*")


def _tiles(value: Any) -> str:
    text = _any_text(value)
    if text and not (_TILE_ADDRESS.fullmatch(text) and all(part in text for part in ("{z}", "{x}", "{y}"))):
        raise ValueError(_("an address that begins with https:// and holds {z}, {x} and {y}"))
    return text


def _whole(value: Any, least: int, most: int) -> int:
    try:
        number = 0 if isinstance(value, bool | float) else int(value)
    except (TypeError, ValueError):
        number = least - 1
    if not least <= number <= most:
        raise ValueError(_("a whole number from {least} to {most}").format(least=least, most=most))
    return number


_SETTINGS: Mapping[str, tuple[Any, Callable[[Any], Any]]] = {
    "territory": ("200056232", _text),
    "location": ("FR", _text),
    "platform": ("localServer", _one_of("personalComputer", "localServer")),
    "pue": (None, _pue),
    "language": ("fr", _one_of(*LANGUAGES)),
    "time_zone": ("Europe/Paris", _time_zone),
    "visibility": ("draft", _one_of("public", "draft", "restricted")),
    "address": ("", _address),
    "publisher": ("", _any_text),
    "contact": ("", _any_text),
    "accessibility_contact": ("", _any_text),
    "map_background": ("", _tiles),
    "map_background_source": ("", _any_text),
    "upload_limit_mb": (200, lambda value: _whole(value, 1, 100_000)),
    "workers": (1, lambda value: _whole(value, 1, 256)),
    "identity_provider": ("", _address),
    "identity_client": ("", _any_text),
}


def write_template(folder: Path) -> None:
    """Write an ``agglo.toml`` that shows every setting, if there is none."""
    with suppress(FileExistsError), (folder / CONFIG_FILE).open("x", encoding="utf-8") as file:
        file.write(_TEMPLATE)


def read(folder: Path, environment: Mapping[str, str] = os.environ) -> dict[str, Setting]:
    """Every setting in force.

    Raises
    ------
    InvalidInput
        The file is not TOML, or names an unknown setting or a wrong value; all are listed.
    """
    written = _read_file(folder / CONFIG_FILE)
    found = [
        Fault(f"{CONFIG_FILE}: {name}", expected=_("a setting of agglo"), repair=nearest(name, list(_SETTINGS)))
        for name in written
        if name not in _SETTINGS
    ]
    settings = {}
    for name, (default, check) in _SETTINGS.items():
        variable = f"AGGLO_{name.upper()}"
        value, origin = default, "default"
        if name in written:
            value, origin = written[name], CONFIG_FILE
        if variable in environment:
            value, origin = environment[variable], variable
        try:
            settings[name] = Setting(name, check(value), origin)
        except ValueError as error:
            found.append(Fault(f"{origin}: {name}", repr(value), str(error)))
    if found:
        raise InvalidInput(_("These settings cannot be used."), found)
    return settings


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InvalidInput(_("The settings cannot be read."), [Fault(CONFIG_FILE, str(error), "TOML")]) from None
