"""How long the page of an answer takes whose table has 1,000,000 rows, how much of it is read, and the server's memory.

``python benchmarks/run_page.py [--rows 1000000]``

The table is kept as models write it: one row group, the hardest case, since a page deep in it has all rows before it in
the same group. The server is a process of its own; bytes are those it read from files and sockets, pages included.
"""

import argparse
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
import psutil

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

TIMES = 5
SERVE = """
import sys
from pathlib import Path
import uvicorn
from agglo.portal import app
from agglo.store.workspace import open_workspace
uvicorn.run(app.create(open_workspace(Path(sys.argv[1]))), host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--rows", type=int, default=1_000_000)
    rows = options.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        run, size = kept(workspace, rows)
        print(f"table: {rows:,} rows, {size / 1e6:.1f} MB as kept")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen([sys.executable, "-c", SERVE, str(workspace), str(port)])
        try:
            measure(psutil.Process(server.pid), f"http://127.0.0.1:{port}", run, rows)
        finally:
            server.terminate()
            server.wait()


def kept(workspace: Path, rows: int) -> tuple[str, int]:
    """Ask for an answer with that many rows; its identifier, and the size of the table [bytes]."""
    from agglo.store.workspace import open_workspace
    from tests.portal.strange_runs import ask

    run = ask(open_workspace(workspace), rows=rows)
    return run.id, run.path_of("lines").stat().st_size


def measure(server: psutil.Process, address: str, run: str, rows: int) -> None:
    pages = {
        "page of the answer": f"/reponses/{run}",
        "table, first page": f"/reponses/{run}/tables/lines",
        "table, middle": f"/reponses/{run}/tables/lines?page={rows // 100}",
        "table, last page": f"/reponses/{run}/tables/lines?page={rows // 50}",
        "CSV, whole": f"/reponses/{run}/fichiers/lines.csv",
    }
    with httpx2.Client(base_url=address, timeout=120) as client:
        wait_for(client)
        print(f"server when it starts: {server.memory_info().rss / 1e6:.0f} MB")
        for name, path in pages.items():
            told(server, client, name, path)


def wait_for(client: httpx2.Client) -> None:
    for _turn in range(200):
        try:
            client.get("/static/none")
            return
        except httpx2.ConnectError:
            time.sleep(0.1)


def told(server: psutil.Process, client: httpx2.Client, name: str, path: str) -> None:
    """Print the first time, the median of the next ones, bytes read for one, and memory after."""
    times, sent = [], 0
    read = before = server.io_counters().read_chars
    for turn in range(TIMES):
        begun = time.perf_counter()
        with client.stream("GET", path) as answer:
            sent = sum(len(piece) for piece in answer.iter_raw())
            assert answer.status_code == 200, answer.status_code
        times.append(time.perf_counter() - begun)
        if turn == 0:
            read = server.io_counters().read_chars - before
    peak = peak_of(server.pid)
    print(
        f"{name}: first {times[0]:.3f} s, then {statistics.median(times[1:]):.3f} s, sent {sent / 1e3:,.0f} kB, "
        f"first read {read / 1e6:.2f} MB; memory {server.memory_info().rss / 1e6:.0f} MB, peak {peak:.0f} MB"
    )


def peak_of(pid: int) -> float:
    """The most memory that a process has held [MB]."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3


if __name__ == "__main__":
    main()
