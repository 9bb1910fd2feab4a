"""What keeps the server small, and ready when the first visitor comes."""

import ctypes
import os
import sys
import threading
from contextlib import suppress
from importlib.abc import MetaPathFinder
from types import ModuleType

_ARENAS_SETTING, _ARENAS = -8, 2
"""``M_ARENA_MAX`` of glibc: threads share two arenas, where each would keep the memory it once used."""


class _WithoutPandas(MetaPathFinder):
    """Has pandas not found. None in ``sys.modules`` is not enough: pyarrow, which is compiled, takes it for pandas."""

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> None:  # noqa: ARG002
        if fullname == "pandas":
            raise ModuleNotFoundError("The server does without pandas.", name=fullname)


def settle() -> None:
    """Settle, before anything heavy is loaded, what libraries take.

    pandas is hidden: pyarrow would load it (some 40 MB) to ask whether a list is one of its columns.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, _WithoutPandas())
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_ARENAS_SETTING, _ARENAS)


def warm_up() -> None:
    """Load beside what every page needs, so that the first visitor does not wait for it. Tables are loaded when a page
    needs one: pyarrow takes some 40 MB."""
    threading.Thread(target=_load, name="warm-up", daemon=True).start()


def _load() -> None:
    import sqlalchemy  # noqa: F401

    from agglo.portal import html

    for name in html.environment().list_templates():
        html.environment().get_template(name)
