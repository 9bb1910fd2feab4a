"""Keep names of people, of machines and of folders out of what is sealed."""

import getpass
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

_PATH = re.compile(r"(?<![\w.:/>~-])/(?:[^\s/:\"'<>|]+/)+([^\s/:\"'<>|]*)")
_SHORTEST_NAME = 2
_WORDS = {"root", "user", "localhost", "admin", "runner", "worker"}


def redacted(text: str, places: Mapping[str, str]) -> str:
    """``text`` with the given folders, other absolute paths, and the user's and the machine's names replaced.

    ``places`` gives the word to put for each folder: ``{"/srv/x/cache/code/12ab": "<code>"}``.

    >>> redacted('File "/srv/agglo/a/b.py", line 3', {"/srv/agglo/a": "<code>"})
    'File "<code>/b.py", line 3'
    >>> redacted("see https://example.org/a/b or /opt/data/x.csv", {})
    'see https://example.org/a/b or <path>/x.csv'
    """
    for place in sorted(places, key=len, reverse=True):
        text = text.replace(place, places[place])
    for place, word in _usual_places().items():
        text = text.replace(place, word)
    text = _PATH.sub(r"<path>/\1", text)
    for name, word in _names().items():
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", word, text)
    return text


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
        content += file.read()
    return redacted(content.decode("utf-8", "replace"), places)


@lru_cache(maxsize=1)
def _usual_places() -> dict[str, str]:
    package = str(Path(__file__).resolve().parents[2])
    places = {package: "<agglo>", sys.prefix: "<python>", sys.base_prefix: "<python>", tempfile.gettempdir(): "<tmp>"}
    home = str(Path.home())
    if home.count("/") > 1:
        places[home] = "<home>"
    return dict(sorted(places.items(), key=lambda item: -len(item[0])))


def _names() -> dict[str, str]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = ""
    names = {user: "<user>", socket.gethostname(): "<host>", socket.gethostname().partition(".")[0]: "<host>"}
    return {name: word for name, word in names.items() if len(name) >= _SHORTEST_NAME and name.lower() not in _WORDS}
