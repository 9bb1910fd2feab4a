"""What 100 features cost a server, pygeoapi beside it on the same data: processor time a request, memory.

``python benchmarks/features.py [--requests 1000]``

Each server runs alone, with uvicorn, in a process of its own, and answers the same request over one connection: 100
points, 14 kB of GeoJSON. Processor time is that of the server's process (``/proc/PID/stat``), so that whoever asks does
not count. pygeoapi reads a GeoJSON file that holds those 100 features and no other, which is the least it can read; it
is left out where it is not installed.
"""

import argparse
import contextlib
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil

FEATURES = 100
AGGLO = (sys.executable, "-c", "from agglo.cli import main; main()")
TICKS = os.sysconf("SC_CLK_TCK")
ROUNDS = 5


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--requests", type=int, default=1_000)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        data = written(place)
        measured = {"agglo": measure(agglo(place, data), asked.requests)}
        if importlib.util.find_spec("pygeoapi"):
            measured["pygeoapi"] = measure(pygeoapi(place, data), asked.requests)
        else:
            print("pygeoapi is not installed here: only agglo is measured")
    told(measured)


def written(place: Path) -> Path:
    """The features as a file."""
    features = [
        {
            "type": "Feature",
            "id": rank,
            "geometry": {"type": "Point", "coordinates": [2.0 + rank / 1_000, 48.6 + rank / 2_000]},
            "properties": {"id": rank, "name": f"pond {rank} é", "depth_m": rank / 10, "deep": rank > 50},
        }
        for rank in range(1, FEATURES + 1)
    ]
    path = place / "ponds.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@contextlib.contextmanager
def agglo(place: Path, data: Path) -> Iterator[tuple[int, str]]:
    """Our server on a workspace with those features and the demonstration's: its process, and what to ask it."""
    reference = kept(place, data)
    port = free_port()
    words = ("serve", "--workspace", str(place / "workspace"), "--port", str(port))
    with started([*AGGLO, *words], {}) as process:
        yield process, f"http://127.0.0.1:{port}/ogc/collections/dataset-{reference}/items?limit={FEATURES}"


def kept(place: Path, data: Path) -> str:
    """Keep the features as a public dataset of a new workspace; the answer is its reference."""
    from agglo.catalogue import datasets
    from agglo.store.workspace import open_workspace
    from agglo.trust.access import people, visibility
    from agglo.trust.access.rights import Asset

    kinds = {"id": "integer", "name": "string", "depth_m": "number", "deep": "boolean", "geometry": "geometry"}
    schema = place / "ponds.json"
    schema.write_text(json.dumps({"fields": [{"name": name, "type": kind} for name, kind in kinds.items()]}))
    workspace = open_workspace(place / "workspace")
    words = {"title": "Ponds", "licence": "none", "source": "made up", "owner": "nobody"}
    added = datasets.add(workspace, data, name="ponds", schema=str(schema), **words).dataset
    visibility.set_(workspace, people.operator(workspace), Asset("dataset", added.reference), "public")
    return added.reference


@contextlib.contextmanager
def pygeoapi(place: Path, data: Path) -> Iterator[tuple[int, str]]:
    """pygeoapi with its Starlette application, on the same file."""
    port = free_port()
    configuration, openapi = place / "pygeoapi.yml", place / "pygeoapi-openapi.yml"
    configuration.write_text(json.dumps(configured(port, data)))
    environment = {"PYGEOAPI_CONFIG": str(configuration), "PYGEOAPI_OPENAPI": str(openapi)}
    generate = "from pygeoapi.openapi import generate; import sys; generate(sys.argv[1:])"
    command = [sys.executable, "-c", generate, str(configuration), "--output-file", str(openapi)]
    subprocess.run(command, check=True, env={**os.environ, **environment}, capture_output=True)
    serve = (
        f"import uvicorn; uvicorn.run('pygeoapi.starlette_app:APP', port={port}, log_level='error', access_log=False)"
    )
    with started([sys.executable, "-c", serve], environment) as process:
        yield process, f"http://127.0.0.1:{port}/collections/ponds/items?f=json&limit={FEATURES}"


def configured(port: int, data: Path) -> dict[str, object]:
    """The shortest configuration of pygeoapi that serves one file (YAML reads JSON)."""
    extent = {"spatial": {"bbox": [-180, -90, 180, 90], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": f"http://127.0.0.1:{port}",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["en-US"],
            "limits": {"default_items": FEATURES, "max_items": FEATURES},
            "map": {"url": "", "attribution": ""},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {"title": "t", "description": "d", "keywords": ["k"], "terms_of_service": "t",
                               "url": "http://127.0.0.1", "keywords_type": "theme"},
            "license": {"name": "l", "url": "http://127.0.0.1"},
            "provider": {"name": "p", "url": "http://127.0.0.1"},
            "contact": {"name": "c"},
        },
        "resources": {
            "ponds": {
                "type": "collection",
                "title": "Ponds",
                "description": "Ponds",
                "keywords": ["ponds"],
                "extents": extent,
                "providers": [{"type": "feature", "name": "GeoJSON", "data": str(data), "id_field": "id"}],
            }
        },
    }  # fmt: skip


@contextlib.contextmanager
def started(command: list[str], environment: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def measure(
    server: contextlib.AbstractContextManager[tuple[int, str]], requests: int
) -> tuple[list[float], float, int]:
    """Processor time a request [ms] in each round, memory of the server [MB], size of the answer [bytes]."""
    with server as (process, address), httpx2.Client(headers={"Accept-Encoding": "identity"}, timeout=60) as client:
        wait_for(client, address)
        for _ in range(100):
            client.get(address)
        rounds, size = [], 0
        for _ in range(ROUNDS):
            before = spent_s(process)
            for _ in range(requests):
                answer = client.get(address)
            rounds.append((spent_s(process) - before) * 1_000 / requests)
            size = len(answer.content)
        assert len(answer.json()["features"]) == FEATURES
        return rounds, psutil.Process(process).memory_info().rss / 1e6, size


def spent_s(process: int) -> float:
    """Processor time of a process so far [s], user and system."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def wait_for(client: httpx2.Client, address: str) -> None:
    for _ in range(600):
        with contextlib.suppress(httpx2.HTTPError):
            if client.get(address).status_code == 200:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers at {address}")


def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def told(measured: dict[str, tuple[list[float], float, int]]) -> None:
    print(f"{'server':10} {'ms a request':>14} {'slowest round':>14} {'memory MB':>10} {'kB':>6}")
    for name, (rounds, memory, size) in measured.items():
        print(f"{name:10} {statistics.median(rounds):14.2f} {max(rounds):14.2f} {memory:10.0f} {size / 1e3:6.1f}")
    if len(measured) == 2:
        ratio = statistics.median(measured["pygeoapi"][0]) / statistics.median(measured["agglo"][0])
        print(f"pygeoapi takes {ratio:.1f} times the processor time")


if __name__ == "__main__":
    main()
