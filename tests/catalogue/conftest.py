from collections.abc import Callable
from typing import Any

import pytest

from agglo.catalogue.mapping import Mapping
from agglo.catalogue.preparation import Prepared, prepare
from agglo.catalogue.schema import Schema
from agglo.contract.errors import InvalidInput


@pytest.fixture
def prepared(tmp_path) -> Callable[..., Prepared]:
    """Prepare a text given as such, under fields and a mapping given as plain data."""

    def run(text: str, fields: list[dict[str, Any]], mapping: dict[str, Any] | None = None, **schema: Any) -> Prepared:
        path = tmp_path / "areas.csv"
        path.write_text(text, encoding="utf-8")
        how = Mapping.from_dict(mapping) if mapping else None
        return prepare(path, schema=Schema.from_dict({"fields": fields, **schema}), mapping=how)

    return run


@pytest.fixture
def faults(prepared) -> Callable[..., list[str]]:
    """What is wrong with a text, one fault a line."""

    def run(*given: Any, **schema: Any) -> list[str]:
        with pytest.raises(InvalidInput) as caught:
            prepared(*given, **schema)
        return [str(fault) for fault in caught.value.faults]

    return run
