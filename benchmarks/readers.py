"""How long pages take while 50 people read and two runs execute: percentiles by page, and the server's memory.

``python benchmarks/readers.py [--readers 50] [--seconds 20]``

The server is ``agglo serve`` itself on the demonstration's workspace, in a process of its own; the readers are
connections kept open from this one, each asking for one page after the other: with a pause to read, then without any,
which is what many more than 50 people do. Meanwhile ``land.sinks`` is asked again and again by two processes, as nice
as the portal's workers are. Times are in milliseconds, seen by the reader; page weights are those of the network,
compressed.
"""

import argparse
import asyncio
import contextlib
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
import psutil

PAGES = ("/", "/territoire", "/modeles", "/reponses", "/etudes", "/donnees", "/empreinte", "/strategie", "/engagements")
AGGLO = (sys.executable, "-c", "from agglo.cli import main; main()")
INPUTS = ("land_cover=land-cover-2023", "changes=land-cover-changes-2012-2018", "communes=communes")
ASK = ("run", "land.sinks", "--again", *(word for one in INPUTS for word in ("--input", one)))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--readers", type=int, default=50)
    options.add_argument("--seconds", type=float, default=20)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        workspace = Path(folder) / "workspace"
        quietly("demo", "--workspace", str(workspace), "--report", str(Path(folder) / "report.html"))
        port = str(free_port())
        server = stack.enter_context(started("serve", "--workspace", str(workspace), "--port", port))
        address = f"http://127.0.0.1:{port}"
        wait_for(address)
        pages = [*PAGES, *runs_of(address)]
        idle = asyncio.run(read(address, pages, readers=1, seconds=min(5.0, asked.seconds)))
        told("one reader, nothing else", idle)
        for _ in range(2):
            stack.enter_context(asking(workspace))
        for title, pause in (("who pause 2 s on average", 2.0), ("without pause", 0.0)):
            answers = asyncio.run(read(address, pages, asked.readers, asked.seconds, pause))
            told(f"{asked.readers} readers {title}, two runs executing", answers)
        print(f"memory of the server: {psutil.Process(server.pid).memory_info().rss / 1e6:.0f} MB")


def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def quietly(*words: str) -> None:
    subprocess.run([*AGGLO, *words], check=True, capture_output=True)


@contextlib.contextmanager
def started(*words: str):
    process = subprocess.Popen([*AGGLO, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def asking(workspace: Path):
    """Somebody who asks the same question again and again."""
    script = 'while :; do nice -n 5 "$@" >/dev/null 2>&1; done'
    with subprocess.Popen(
        ["sh", "-c", script, "sh", *AGGLO, *ASK, "--workspace", str(workspace)], start_new_session=True
    ) as process:
        yield process
        for one in [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


def wait_for(address: str) -> None:
    for _ in range(600):
        with contextlib.suppress(httpx2.HTTPError):
            httpx2.get(address)
            return
        time.sleep(0.1)
    raise SystemExit("the server does not answer")


def runs_of(address: str) -> list[str]:
    """The addresses of the runs' own pages."""
    import re

    found = re.findall(r'href="(/reponses/[0-9a-f-]{36})"', httpx2.get(f"{address}/reponses").text)
    return sorted(set(found))[:4]


async def read(
    address: str, pages: list[str], readers: int, seconds: float, pause: float = 0
) -> list[tuple[str, float, int]]:
    end = time.perf_counter() + seconds
    answers: list[tuple[str, float, int]] = []
    limits = httpx2.Limits(max_connections=readers)
    async with httpx2.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
        await asyncio.gather(
            *(reader(client, pages, random.Random(rank), end, pause, answers) for rank in range(readers))
        )
    return answers


async def reader(
    client: httpx2.AsyncClient, pages: list[str], chance: random.Random, end: float, pause: float, answers: list
) -> None:  # type: ignore[type-arg]
    while time.perf_counter() < end:
        await asyncio.sleep(chance.uniform(0, 2 * pause))
        page = chance.choice(pages)
        begun = time.perf_counter()
        async with client.stream("GET", page) as answer:
            size = sum([len(piece) async for piece in answer.aiter_raw()])
        if answer.status_code != 200:
            raise SystemExit(f"{page}: {answer.status_code}")
        answers.append((page, (time.perf_counter() - begun) * 1e3, size))


def told(title: str, answers: list[tuple[str, float, int]]) -> None:
    print(f"-- {title}: {len(answers)} pages")
    rows = {page: [one for one in answers if one[0] == page] for page in sorted({one[0] for one in answers})}
    for name, some in [*rows.items(), ("all", answers)]:
        times = sorted(one[1] for one in some)
        p95 = times[min(len(times) - 1, int(0.95 * len(times)))]
        print(f"   {name[:30]:30s} median {statistics.median(times):8.1f}  p95 {p95:8.1f}  {some[0][2] / 1000:6.1f} kB")


if __name__ == "__main__":
    main()
