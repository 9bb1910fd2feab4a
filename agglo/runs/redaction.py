"""Keep names of people, of machines and of folders out of what is sealed."""

import os
import re
import socket
import sys
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

LOG_LIMIT_BYTES = 10_000_000
"""A log longer than this keeps its beginning and its end [bytes]."""

_QUOTED_PATH = re.compile(r"""(["'])(?:file://)?/[^"'\n]{0,4000}?/([^"'/\n]*)\1""")
_HOME = re.compile(r"""(?:(?<=\s-[IL])|(?<![\w.]))/(?:home|Users)/[^\s/:"'<>|]+""")
_PATH = re.compile(r"""(?:file://|(?<=\s-[IL])|(?<![\w./>~-]))/(?:[^\s/:"'<>|]+/)+([^\s/:"'<>|]*)""")
_SHORTEST_NAME = 2
_WORDS = {"root", "user", "localhost", "admin", "runner", "worker"}


def redacted(text: str, places: Mapping[str, str]) -> str:
    """``text`` with the given folders, other absolute paths, and the user's and the machine's names replaced.

    ``places`` gives the word to put for each folder: ``{"/srv/x/cache/code/12ab": "<code>"}``. Addresses of the web
    are left as they are; paths as Windows writes them are not looked for.

    >>> redacted('File "/srv/agglo/a/b.py", line 3', {"/srv/agglo/a": "<code>"})
    'File "<code>/b.py", line 3'
    >>> redacted("see https://example.org/a/b or /opt/data/x.csv", {})
    'see https://example.org/a/b or <path>/x.csv'
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    known = {**_usual_places(), **places}
    for place in sorted(known, key=len, reverse=True):
        text = _without(text, place, known[place])
    text = _QUOTED_PATH.sub(r"\1<path>/\2\1", text)
    text = _HOME.sub("<home>", text)
    text = _PATH.sub(r"<path>/\1", text)
    for name, word in _names().items():
        text = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", word, text, flags=re.IGNORECASE)
    return text


def _without(text: str, place: str, word: str) -> str:
    """``text`` with a folder replaced; the name of one at the root counts only where a path can begin."""
    if place not in text:
        return text
    before = r"(?<![\w./>~-])" if place.count("/") == 1 else ""
    return re.sub(rf"{before}{re.escape(place)}(?![\w-])", lambda _match: word, text)


def redacted_json(content: Any, places: Mapping[str, str]) -> Any:
    """The same for every text of a JSON value."""
    if isinstance(content, str):
        return redacted(content, places)
    if isinstance(content, Mapping):
        return {key: redacted_json(value, places) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [redacted_json(value, places) for value in content]
    return content


def redacted_log(path: Path, places: Mapping[str, str]) -> str:
    """A log as it is kept: redacted, and shortened in the middle where it is too long."""
    size = path.stat().st_size if path.exists() else 0
    if not size:
        return ""
    with path.open("rb") as file:
        content = file.read(LOG_LIMIT_BYTES // 2)
        if size > LOG_LIMIT_BYTES:
            file.seek(size - LOG_LIMIT_BYTES // 2)
            content += f"\n... {size - LOG_LIMIT_BYTES} bytes left out ...\n".encode()
        content += file.read(LOG_LIMIT_BYTES // 2)
    return redacted(content.decode("utf-8", "replace"), places)


@lru_cache(maxsize=1)
def _usual_places() -> dict[str, str]:
    package = str(Path(__file__).resolve().parents[2])
    places = {tempfile.gettempdir(): "<tmp>", sys.base_prefix: "<python>", sys.prefix: "<python>", package: "<agglo>"}
    home = str(Path.home())
    return {**places, home: "<home>"} if home.count("/") > 1 else places


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """The names of the user, as the environment and the system know them, and of the machine."""
    users = {os.environ.get(name, "") for name in ("LOGNAME", "USER", "USERNAME", "SUDO_USER")} | _account()
    host = socket.gethostname()
    names = {**dict.fromkeys(users, "<user>"), host: "<host>", host.partition(".")[0]: "<host>"}
    kept = {name: word for name, word in names.items() if len(name) >= _SHORTEST_NAME and name.lower() not in _WORDS}
    return dict(sorted(kept.items(), key=lambda item: (-len(item[0]), item[0])))


def _account() -> set[str]:
    """The user's login and full name in the table of accounts, where there is one."""
    try:
        import pwd

        entry = pwd.getpwuid(os.getuid())
    except (ImportError, KeyError):
        return set()
    return {entry.pw_name, entry.pw_gecos.partition(",")[0]}
