from importlib import metadata

from agglo.runs import environment
from agglo.store import blobs


def test_every_installed_package_is_listed_with_its_version() -> None:
    packages = environment.packages()
    assert f"pyarrow=={metadata.version('pyarrow')}" in packages
    names = {one.metadata["Name"] for one in metadata.distributions()}
    assert {one.partition("==")[0] for one in packages} == names
    assert list(packages) == sorted(packages)


def test_the_list_is_kept_by_its_digest(workspace) -> None:
    described = environment.described(workspace)
    assert blobs.get(workspace, described["packages"]).decode().splitlines() == list(environment.packages())
    assert environment.changed(workspace, described) == []


def test_what_changed_is_said_with_both_versions(workspace) -> None:
    described = environment.described(workspace)
    older = [one for one in environment.packages() if not one.startswith(("numpy==", "pyarrow=="))]
    packages = blobs.put(workspace, "\n".join([*older, "numpy==0.1", "gone==1.0"]).encode())
    changed = environment.changed(workspace, {**described, "python": "3.11.0", "packages": packages})
    assert changed[0].startswith("python 3.11.0 -> ")
    assert f"numpy 0.1 -> {metadata.version('numpy')}" in changed
    assert f"pyarrow - -> {metadata.version('pyarrow')}" in changed
    assert "gone 1.0 -> -" in changed
