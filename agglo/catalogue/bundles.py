"""Datasets that come with agglo: small public tables, each with its source, licence and caveats."""

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from agglo.catalogue import datasets
from agglo.catalogue.datasets import Dataset
from agglo.contract.language import in_language
from agglo.store.workspace import Workspace

DEFAULT_BUNDLE = "paris-saclay"
_DESCRIPTION_FILE = "bundle.yaml"


def add(workspace: Workspace, bundle: str = DEFAULT_BUNDLE) -> dict[str, Dataset]:
    """Add the datasets of a bundle to a workspace; the answer gives them by the schema they follow."""
    folder = Path(str(resources.files("agglo.catalogue"))) / "bundled" / bundle
    added = {}
    for one in _described(folder):
        added[one["schema"]] = datasets.add(
            workspace,
            folder / one["file"],
            name=one["name"],
            schema=one["schema"],
            title=in_language(one["title"]),
            licence=one["licence"],
            source=one["source"],
            owner=one["owner"],
            attribution=one["attribution"],
            caveats=one["caveats"],
        ).dataset
    return added


@lru_cache(maxsize=4)
def _described(folder: Path) -> list[dict[str, Any]]:
    import yaml

    content = yaml.safe_load((folder / _DESCRIPTION_FILE).read_text(encoding="utf-8"))
    described: list[dict[str, Any]] = content["datasets"]
    return described
