"""What every test starts from: English messages, nothing of the person's own configuration, no deadline."""

import os

import pytest
from hypothesis import HealthCheck, settings

os.environ["AGGLO_LANGUAGE"] = "en"

settings.register_profile("agglo", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("agglo")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden answers of the models anew")


@pytest.fixture(autouse=True)
def _no_configuration_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AGGLO_") and name != "AGGLO_LANGUAGE"]:
        monkeypatch.delenv(name)
