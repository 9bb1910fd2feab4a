"""The language people are spoken to in: gettext catalogues, French unless asked otherwise.

Messages are written in English in the code and translated when they are shown:
``_("Unknown commune {code}").format(code=code)``. Identifiers and JSON stay in English.
"""

import gettext
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

DEFAULT_LANGUAGE = "fr"
LANGUAGES = ("fr", "en")
LOCALE_FOLDER = Path(__file__).parent / "locale"


_ENDED_TWICE = re.compile(r"(?<=[.?!…])\.$")
_ASKED: ContextVar[str] = ContextVar("language", default="")


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Have one of :data:`LANGUAGES` in force in this thread or task, whatever the process speaks.

    >>> with speaking("fr"):
    ...     language()
    'fr'
    """
    token = _ASKED.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _ASKED.reset(token)


def language() -> str:
    """The language in force: that of :func:`speaking`, else ``AGGLO_LANGUAGE`` if it names one of ours, else French.

    >>> language() in LANGUAGES
    True
    """
    if asked := _ASKED.get():
        return asked
    wanted = os.environ.get("AGGLO_LANGUAGE", DEFAULT_LANGUAGE)[:2].lower()
    return wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation("agglo", LOCALE_FOLDER, languages=[code], fallback=True)


def _(message: str) -> str:
    """``message`` in the language in force."""
    return _catalogue(language()).gettext(message)


def N_(message: str) -> str:  # noqa: N802
    """``message`` as it is: marks it for the catalogues where it is only translated when shown."""
    return message


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of a message that goes with ``count``, in the language in force."""
    return _catalogue(language()).ngettext(singular, plural, count)


Text = Mapping[str, str]
"""A text carried with data, by language: ``{"fr": ..., "en": ...}``."""


def in_language(text: Text) -> str:
    """``text`` in the language in force, or in another one it exists in.

    >>> in_language({"en": "lake"})
    'lake'
    """
    return text.get(language()) or next(iter(text.values()), "")


def ended(text: str) -> str:
    """A sentence whose last words bring a sign of their own, without the full stop after it.

    >>> ended("Not declared: Contact, Do residents meet it?."), ended("Not declared: Contact.")
    ('Not declared: Contact, Do residents meet it?', 'Not declared: Contact.')
    """
    return _ENDED_TWICE.sub("", text)
