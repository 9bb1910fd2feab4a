"""Outputs of runs as datasets, and the datasets of bundles by name."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agglo.catalogue import bundles, datasets
from agglo.contract.errors import InvalidInput, NotFound
from agglo.store.workspace import open_workspace


@pytest.fixture
def workspace(tmp_path):
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def table(tmp_path):
    """Write a table of land cover as a model would."""

    def written(name: str = "table", **columns: object):
        content = {
            "insee": ["91272"],
            "commune": ["Gif"],
            "land_class": ["cropland"],
            "citepa_class": ["x"],
            "area_ha": [1.5],
        }
        path = tmp_path / f"{name}.parquet"
        pq.write_table(pa.table({**content, **columns}), path)
        return path

    return written


@pytest.fixture
def schema(tmp_path):
    path = tmp_path / "areas.json"
    path.write_text('{"fields": [{"name": "insee"}, {"name": "area_ha", "type": "number", "unit": "ha"}],'
                    ' "fieldsMatch": "subset", "primaryKey": ["insee"]}')  # fmt: skip
    return str(path)


def test_a_table_of_a_run_is_a_dataset_once_it_follows_its_schema(workspace, table, schema) -> None:
    words = {"model": "land.sinks", "output": "uncounted_cover", "schema": schema}
    kept = datasets.add_output(workspace, table(), run="r1", **words)
    assert (kept.name, kept.schema_name) == ("land-sinks-uncounted-cover", "areas")
    assert (kept.description["source"], kept.description["licence"]) == ("run r1", "terms of the inputs")
    assert kept.table().to_pylist() == [{"insee": "91272", "area_ha": 1.5}]
    assert datasets.find(workspace, "land-sinks-uncounted-cover").digest == kept.digest
    datasets.check(workspace, kept.reference)


def test_the_same_content_of_another_run_is_the_same_version(workspace, table, schema) -> None:
    words = {"model": "m", "output": "o", "schema": schema}
    first = datasets.add_output(workspace, table(), run="r1", **words)
    again = datasets.add_output(workspace, table("other", commune=["Orsay"]), run="r2", **words)
    other = datasets.add_output(workspace, table("third", area_ha=[2.0]), run="r3", **words)
    assert (again.version, again.description["source"]) == (first.version, "run r1")
    assert other.version != first.version


def test_a_table_that_does_not_follow_it_is_refused(workspace, table, schema) -> None:
    words = {"model": "m", "output": "o", "run": "r", "schema": schema}
    with pytest.raises(InvalidInput, match=r"(?s)does not fit its schema.*found \"91272\", as in"):
        datasets.add_output(
            workspace,
            table(
                insee=["91272", "91272"],
                commune=["a", "b"],
                land_class=["a"] * 2,
                citepa_class=["a"] * 2,
                area_ha=[1, 2],
            ),
            **words,
        )
    with pytest.raises(NotFound, match="Did you mean"):
        datasets.add_output(workspace, table(), **{**words, "schema": "land-covr"})
    assert list(workspace.datasets.iterdir()) == []


def test_a_row_named_total_is_a_row_as_any_other(workspace, table, schema) -> None:
    kept = datasets.add_output(workspace, table(insee=["Total"]), model="m", output="o", run="r", schema=schema)
    assert kept.table()["insee"].to_pylist() == ["Total"]


def test_the_datasets_of_a_bundle_by_name(workspace) -> None:
    [only] = bundles.add(workspace, "paris-saclay", ["communes"]).values()
    assert (only.name, only.schema_name) == ("communes", "land-communes")
    every = bundles.add(workspace)
    assert {"communes", "land-cover-2023", "land-cover-changes-2012-2018"} <= set(every)
    assert every["communes"].reference == only.reference
    assert "paris-saclay" in bundles.names()
    with pytest.raises(NotFound, match='Did you mean "communes"'):
        bundles.add(workspace, "paris-saclay", ["comunes"])
    with pytest.raises(NotFound, match='Did you mean "paris-saclay"'):
        bundles.add(workspace, "paris-sacley")
