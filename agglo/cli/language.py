"""The language of the command line: what the environment says, else what the workspace's settings say."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

VARIABLE = "AGGLO_LANGUAGE"
_TAKEN_FROM_SETTINGS: list[str] = []


def take(words: Sequence[str]) -> None:
    """Speak the language of the workspace that the words of a command name, unless the environment names one."""
    if VARIABLE in os.environ:
        return
    from agglo.store.config import CONFIG_FILE

    try:
        language = tomllib.loads((_folder(words) / CONFIG_FILE).read_text(encoding="utf-8")).get("language")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return
    if isinstance(language, str):
        os.environ[VARIABLE] = language
        _TAKEN_FROM_SETTINGS.append(language)


def environment() -> Mapping[str, str]:
    """The environment as the person gave it, without the language that :func:`take` put there."""
    if not _TAKEN_FROM_SETTINGS:
        return os.environ
    return {name: value for name, value in os.environ.items() if name != VARIABLE}


def _folder(words: Sequence[str]) -> Path:
    """The workspace that the words of a command name."""
    from agglo.store import workspace

    given = [after for word, after in pairwise(words) if word == "--workspace"]
    given += [word.partition("=")[2] for word in words if word.startswith("--workspace=")]
    return Path((given[-1] if given else "") or os.environ.get(workspace.VARIABLE) or workspace.DEFAULT_FOLDER)
