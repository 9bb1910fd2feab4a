from pathlib import Path

import pytest

from agglo.contract.errors import InvalidInput, NoNetwork
from agglo.territory.perimeters import load

from .conftest import SIREN, Service


@pytest.mark.parametrize(
    "asked",
    [None, "200056232", "200 056 232", "Paris-Saclay", "CA paris saclay", "Communauté d'agglomération Paris-Saclay"],
)
def test_paris_saclay_needs_no_network(asked: str | None) -> None:
    assert load(asked, address="http://127.0.0.1:9").siren == "200056232"


def test_another_epci_by_siren_or_name(service: Service, tmp_path: Path) -> None:
    assert load(SIREN, address=service.address, cache=tmp_path).siren == SIREN
    assert load("Vallée Imaginaire", address=f"{service.address}/", cache=tmp_path).siren == SIREN


def test_the_address_comes_from_the_environment(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGLO_GEOGRAPHY_API", service.address)
    assert len(load(SIREN).communes) == 3
    with pytest.raises(NoNetwork):
        load(SIREN, address="http://127.0.0.1:9")


@pytest.mark.parametrize("siren", ["20005623", "200056233", "91477", "2000562322", "-", " "])
def test_a_malformed_siren_is_refused(siren: str) -> None:
    with pytest.raises(InvalidInput, match="nine digits"):
        load(siren)


def test_modules_are_light() -> None:
    """Reading the bundled territory loads no geometry, table or network library."""
    import subprocess
    import sys

    heavy = ("numpy", "pandas", "pyarrow", "shapely", "pyproj", "geopandas", "urllib.request", "yaml")
    code = (
        "import sys; from agglo.territory.outlines import svg_paths; from agglo.territory.perimeters import load\n"
        f"svg_paths(load(), 600, 400); print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
