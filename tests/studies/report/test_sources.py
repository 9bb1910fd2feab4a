import pytest

from agglo.contract.errors import InvalidInput
from agglo.studies.report import sources
from agglo.studies.report.comparison import LabelledRun

from .conftest import DATASET


def test_an_input_is_stated_once(runs: list[LabelledRun]) -> None:
    (found,) = sources.gather(runs, [DATASET])
    assert (found.reference, found.title, found.caveats) == (
        "land-cover@0123456789ab",
        "Land cover",
        ("Areas in hectares.",),
    )


def test_an_input_without_a_source_is_refused(runs: list[LabelledRun]) -> None:
    with pytest.raises(InvalidInput) as caught:
        sources.gather(runs, [DATASET | {"version": "other"}])
    assert "land-cover@0123456789ab" in str(caught.value.faults[0])
