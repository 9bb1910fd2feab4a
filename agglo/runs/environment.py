"""What a run was computed with: Python, system, and the exact list of packages."""

import platform
import re
from functools import lru_cache
from importlib import metadata

from agglo.store import blobs
from agglo.store.workspace import Workspace

_NAME_AND_VERSION = re.compile(r"^(Name|Version): *(\S+)", re.MULTILINE)


@lru_cache(maxsize=1)
def packages() -> tuple[str, ...]:
    """Every installed distribution, as ``name==version``, sorted."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
        said = dict(_NAME_AND_VERSION.findall(text.partition("\n\n")[0]))
        if "Name" in said and "Version" in said:
            found.setdefault(said["Name"], said["Version"])
    return tuple(sorted(f"{name}=={version}" for name, version in found.items()))


def described(workspace: Workspace) -> dict[str, str]:
    """The environment as a run keeps it; ``packages`` is the digest of the kept list."""
    return {**_machine(), "packages": blobs.put(workspace, "\n".join(packages()).encode())}


@lru_cache(maxsize=1)
def _machine() -> dict[str, str]:
    return {
        "agglo": metadata.version("agglo"),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "machine": platform.machine(),
    }


def changed(workspace: Workspace, kept: dict[str, str]) -> list[str]:
    """What differs between a kept environment and the present one: ``numpy 1.26.4 -> 2.1.0``."""
    before = dict(line.split("==", 1) for line in blobs.get(workspace, kept["packages"]).decode().splitlines())
    after = dict(line.split("==", 1) for line in packages())
    present = described(workspace)
    differences = [
        f"{name} {kept[name]} -> {present[name]}"
        for name in ("python", "system", "machine")
        if kept[name] != present[name]
    ]
    differences += [
        f"{name} {before.get(name, '-')} -> {after.get(name, '-')}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
    return differences
