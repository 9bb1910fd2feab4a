"""What every test starts from: English messages, and nothing of the person's own configuration."""

import os

import pytest

os.environ["AGGLO_LANGUAGE"] = "en"


@pytest.fixture(autouse=True)
def _no_configuration_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AGGLO_") and name != "AGGLO_LANGUAGE"]:
        monkeypatch.delenv(name)
