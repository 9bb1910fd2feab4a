"""Datasets that come with agglo: small public tables, each with its source, licence and caveats."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from agglo.catalogue import datasets
from agglo.catalogue.datasets import Dataset
from agglo.contract.errors import NotFound, nearest
from agglo.contract.language import _, in_language
from agglo.store.workspace import Workspace

DEFAULT_BUNDLE = "paris-saclay"
_DESCRIPTION_FILE = "bundle.yaml"


def names() -> list[str]:
    """The bundles there are."""
    return sorted(path.name for path in _root().iterdir() if (path / _DESCRIPTION_FILE).is_file())


def add(workspace: Workspace, bundle: str = DEFAULT_BUNDLE, only: Collection[str] | None = None) -> dict[str, Dataset]:
    """Add the datasets of a bundle to a workspace, or ``only`` those of these names; the answer gives them by name.

    Raises
    ------
    NotFound
        There is no such bundle or no such dataset in it; the nearest is named.
    """
    folder = _folder(bundle)
    described = {one["name"]: one for one in _content(folder)["datasets"]}
    for name in only or ():
        if name not in described:
            raise NotFound(
                _('The bundle {bundle} has no dataset "{name}".').format(bundle=bundle, name=name),
                repair=nearest(name, list(described)),
            )
    wanted = [one for name, one in described.items() if only is None or name in only]
    return {one["name"]: _add(workspace, _data_folder(folder), one) for one in wanted}


def _add(workspace: Workspace, folder: Path, one: Mapping[str, Any]) -> Dataset:
    """Keep one dataset of a bundle: ``file``, or several ``files`` that a ``mapping`` reads as one."""
    return datasets.add(
        workspace,
        [folder / name for name in one["files"]] if "files" in one else folder / one["file"],
        name=one["name"],
        schema=one["schema"],
        mapping=folder / one["mapping"] if "mapping" in one else None,
        title=in_language(one["title"]),
        licence=one["licence"],
        source=one["source"],
        owner=one["owner"],
        attribution=one["attribution"],
        caveats=one["caveats"],
    ).dataset


def _root() -> Path:
    return Path(str(resources.files("agglo.catalogue"))) / "bundled"


def _folder(bundle: str) -> Path:
    known = names()
    if bundle not in known:
        raise NotFound(_('No bundle named "{name}".').format(name=bundle), repair=nearest(bundle, known))
    return _root() / bundle


def _data_folder(folder: Path) -> Path:
    """Where the files of a bundle are: beside its description, or in the ``folder`` of agglo that it names."""
    elsewhere = _content(folder).get("folder")
    return Path(str(resources.files("agglo"))) / elsewhere if elsewhere else folder


@lru_cache(maxsize=8)
def _content(folder: Path) -> dict[str, Any]:
    import yaml

    content: dict[str, Any] = yaml.safe_load((folder / _DESCRIPTION_FILE).read_text(encoding="utf-8"))
    return content
