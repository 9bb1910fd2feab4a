import json
from pathlib import Path
from typing import Any

import pytest

PUBLISHED = json.loads((Path(__file__).parents[1] / "published" / "green_algorithms.json").read_text(encoding="utf-8"))


@pytest.fixture
def published() -> dict[str, Any]:
    return PUBLISHED
