"""A real ``agglo serve``: it starts, stops, dies, and loses nothing."""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from runs.checks import assert_whole, runs_of, wait_until, working_in

from agglo.portal import connections, server
from agglo.runs import asking, requests
from agglo.store.workspace import Workspace
from portal.offered import offer

COMMAND = [sys.executable, "-c", "from agglo.cli import main; main()", "serve"]
_PROMPT = "To make an account"


@dataclass
class Served:
    """A server that was started: its process and its address."""

    process: "subprocess.Popen[str]"
    address: str
    said: str

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Have it stop; the answer is its exit code and what it said on standard error."""
        self.process.send_signal(number)
        _out, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def serve(workspace, tmp_path, monkeypatch) -> Iterator[Callable[..., Served]]:
    """Start a server on the workspace; what still runs at the end of the test is killed."""
    offer(tmp_path / "site", monkeypatch)
    started: list[subprocess.Popen[str]] = []

    def start(*words: str, port: int = 0) -> Served:
        port = port or free_port()
        command = [*COMMAND, "--workspace", str(workspace.root), "--port", str(port), *words]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        said = ""
        while _PROMPT not in said:
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            said += line
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(address))
        return Served(process, address, said)

    yield start
    for process in started:
        process.kill()
        process.communicate()


def answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/modeles", timeout=30).status_code < 500
    except httpx2.TransportError:
        return False


@pytest.fixture
def session(workspace, account) -> Callable[..., dict[str, str]]:
    """The headers of somebody who has signed in, as a browser sends them."""
    from agglo.trust.accounts import accounts, sessions

    def headers(role: str = "contributor") -> dict[str, str]:
        login, _password = account(role)
        token = sessions.begin(workspace, accounts.find(workspace, login).id)
        return {"Cookie": f"session={token}", "Sec-Fetch-Site": "same-origin"}

    return headers


def ask(served: Served, headers: dict[str, str], model: str = "test.pebble", **parameters: Any) -> str:
    """Ask as a person does; the answer is the identifier of the request."""
    page = f"{served.address}/modeles/{model}/demander"
    token = re.search(r'name="token" value="([^"]+)"', httpx2.get(page, headers=headers, timeout=30).text)[1]
    data = {"token": token, **{f"p-{name}": str(value) for name, value in parameters.items()}}
    answer = httpx2.post(page, headers=headers, data=data, timeout=30)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[2]


def is_over(workspace: Workspace, *ids: str) -> bool:
    return all(asking.progress_of(workspace, one).is_over for one in ids)


class TestServing:
    def test_it_says_where_it_is_and_answers_questions(self, serve, session, workspace) -> None:
        served = serve()
        assert f"The portal is at {served.address}" in served.said
        assert "agglo account" in served.said
        asked = ask(served, session(), weight=3)
        wait_until(lambda: is_over(workspace, asked))
        assert asking.progress_of(workspace, asked).status == "finished"
        page = httpx2.get(f"{served.address}/modeles", timeout=30)
        assert "server" not in page.headers
        code, errors = served.stop()
        assert (code, errors.splitlines()[-1]) == (0, "Stopped.")
        assert "Traceback" not in errors
        assert not answers(served.address)

    def test_events_come_while_it_computes(self, serve, session, workspace) -> None:
        served, headers = serve(), session()
        asked = ask(served, headers, model="echo", pause=1.5)
        said, moments = [], []
        address = f"{served.address}/demandes/{asked}/evenements"
        with httpx2.stream("GET", address, headers={**headers, "Accept-Encoding": "gzip"}, timeout=60) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert "content-encoding" not in stream.headers
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    said.append(json.loads(line.removeprefix("data: ")))
                    moments.append(time.monotonic())
        assert [one["status"] for one in said][-1] == "finished"
        running = [one["fraction"] for one in said if one["status"] == "running"]
        assert len(set(running)) >= 3
        assert running == sorted(running)
        assert moments[-1] - moments[0] > 0.5, "they came all at once, at the end"
        run = asking.progress_of(workspace, asked)
        assert (run.id, run.is_over) == (asked, True)
        answer = httpx2.get(f"{served.address}/demandes/{asked}", headers=headers, timeout=30)
        assert answer.headers["location"] == f"/reponses/{asked}"

    def test_two_people_who_ask_the_same_meanwhile_get_one_run(self, serve, session, workspace) -> None:
        served = serve("--workers", "2")
        one, other = session(), session("steward")
        asked = {ask(served, who, seconds=1.5) for who in (one, other)}
        assert len(asked) == 1
        wait_until(lambda: is_over(workspace, *asked))
        [run] = [run for run in assert_whole(workspace) if run.id in asked]
        assert len(run.sealed.events("asked")) == 2

    def test_a_question_withdrawn_while_it_is_computed_ends(self, serve, session, workspace) -> None:
        served, headers = serve(), session()
        asked = ask(served, headers, seconds=60)
        wait_until(lambda: asking.progress_of(workspace, asked).status == "running")
        page = f"{served.address}/demandes/{asked}"
        token = re.search(r'name="token" value="([^"]+)"', httpx2.get(page, headers=headers, timeout=30).text)[1]
        answer = httpx2.post(f"{page}/retirer", headers=headers, data={"token": token}, timeout=30)
        assert answer.status_code == 303
        wait_until(lambda: is_over(workspace, asked))
        assert asking.progress_of(workspace, asked).status == "dismissed"
        wait_until(lambda: not working_in(workspace))

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_told_to_stop_it_ends_what_is_computed_and_what_is_followed(
        self, serve, session, workspace, number
    ) -> None:
        served, headers = serve(), session()
        asked, waiting = ask(served, headers, seconds=60), ask(served, headers, seconds=61)
        wait_until(lambda: asking.progress_of(workspace, asked).status == "running")
        address = f"{served.address}/demandes/{asked}/evenements"
        with httpx2.stream("GET", address, headers=headers, timeout=60) as stream:
            lines = stream.iter_lines()
            next(lines)
            code, errors = served.stop(number)
            assert [line for line in lines if line.startswith("event: error")] == []
        assert code in (0, 128 + number)
        assert "Traceback" not in errors
        assert not working_in(workspace)
        assert asking.progress_of(workspace, asked).status == "failed"
        assert asking.progress_of(workspace, waiting).status == "queued"

    def test_its_workers_end_with_it_however_it_ends(self, serve, session, workspace) -> None:
        served, headers = serve("--workers", "2"), session()
        asked = ask(served, headers, seconds=60)
        wait_until(lambda: asking.progress_of(workspace, asked).status == "running")
        children = workers_of(served.process.pid)
        assert len(children) == 2
        served.kill()
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
        wait_until(lambda: not working_in(workspace))
        assert asking.progress_of(workspace, asked).status == "failed"


def workers_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(one) for one in children if b"agglo.portal.worker" in Path(f"/proc/{one}/cmdline").read_bytes()]


class TestDeath:
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_killed_amid_twenty_questions_it_loses_none_and_doubles_none(self, serve, session, workspace, seed) -> None:
        chance = random.Random(seed)
        headers = [session(), session(), session("steward")]
        kept_before = {run.id for run in runs_of(workspace)}
        served = serve("--workers", "2")
        asked: dict[str, int] = {}
        for rank in range(20):
            pause = round(chance.uniform(0.0, 0.3), 3)
            model, named = ("echo", "pause") if rank % 4 == 0 else ("test.pebble", "seconds")
            value = {"text": f"question {rank}"} if model == "echo" else {"weight": 1 + rank / 100}
            asked[ask(served, headers[rank % 3], model, **{named: pause}, **value)] = rank
            if rank == 12:
                asked_before_kill = set(asked)
                time.sleep(chance.uniform(0.0, 0.4))
                served.kill()
                served = serve("--workers", "2", port=int(served.address.rpartition(":")[2]))
                for one in asked_before_kill:
                    now = asking.progress_of(workspace, one)
                    assert now.status in ("queued", "running", "finished", "failed")
        assert len(asked) == 20
        wait_until(lambda: is_over(workspace, *asked), 120)
        wait_until(lambda: not requests.pending(workspace))
        code, errors = served.stop()
        assert (code, "Traceback" in errors) == (0, False)
        runs = {run.id: run for run in assert_whole(workspace) if run.id not in kept_before}
        assert set(runs) == set(asked)
        assert not working_in(workspace)
        failed = [run.content["failure"]["reason"] for run in runs.values() if run.state == "failed"]
        assert set(failed) <= {"interrupted"}
        assert len(failed) <= 2
        assert all(len(run.sealed.events("asked")) == 1 for run in runs.values())
        fingerprints = [run.content["fingerprint"] for run in runs.values()]
        assert len(set(fingerprints)) == 20


class TestStarting:
    def test_a_taken_port_is_said_with_the_next_free_one(self, workspace) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = run("--port", str(port), "--workspace", str(workspace.root))
        assert done.returncode == 2
        named = re.search(r"Add: --port (\d+)", done.stderr)
        assert named
        assert int(named[1]) > port
        assert f"found {port}, taken by another program, expected a free port" in done.stderr

    @pytest.mark.parametrize(
        ("words", "said"), [(("--host", "no.such.invalid"), "--host"), (("--port", "0"), "--port")]
    )
    def test_a_place_that_is_none_is_said(self, workspace, words, said) -> None:
        done = run(*words, "--workspace", str(workspace.root))
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr

    def test_open_to_others_without_encryption_it_warns(self, serve) -> None:
        served = serve("--host", "0.0.0.0")
        _code, errors = served.stop()
        assert "what they send, passwords included, is not encrypted" in " ".join(errors.split())

    def test_behind_https_it_does_not(self, serve, workspace) -> None:
        (workspace.root / "agglo.toml").write_text('address = "https://agglo.example.fr"\n', encoding="utf-8")
        served = serve("--host", "0.0.0.0")
        assert "https://agglo.example.fr" in served.said
        _code, errors = served.stop()
        assert "encrypted" not in errors

    def test_a_missing_extra_is_named(self, workspace, tmp_path) -> None:
        folder = tmp_path / "without"
        folder.mkdir()
        (folder / "uvicorn.py").write_text("raise ModuleNotFoundError('no uvicorn', name='uvicorn')\n")
        done = run("--workspace", str(workspace.root), PYTHONPATH=str(folder))
        assert done.returncode == 2
        assert 'pip install "agglo[portal]"' in done.stderr

    def test_where_there_is_no_workspace_the_example_study_is_computed_first(self, tmp_path, example) -> None:
        from agglo.cli import serve as command

        assert command.demo.STUDY == "local-green-deal"
        process = subprocess.Popen(
            [*COMMAND, "--port", str(free_port())],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            said = ""
            while _PROMPT not in said:
                line = process.stdout.readline()
                assert line, process.communicate()[1]
                said += line
            address = re.search(r"The portal is at (\S+)", said)[1]
            wait_until(lambda: answers(address))
            process.send_signal(signal.SIGINT)
            _out, errors = process.communicate(timeout=60)
        finally:
            process.kill()
            process.communicate()
        assert "No workspace here yet: the example study is computed first." in " ".join(errors.split())
        assert process.returncode == 0
        assert list((tmp_path / "agglo-workspace" / "runs").iterdir())


def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, **environment}
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=60, env=env, check=False)


class TestConnections:
    def test_an_endless_head_is_refused(self, serve) -> None:
        served = serve()
        assert b"400" in sent(served, b"GET / HTTP/1.1\r\nX: " + b"a" * (connections.MOST_HEAD_BYTES + 70_000))[:20]
        many = b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % rank for rank in range(20_000))
        assert b"400" in sent(served, many)[:20]
        assert answers(served.address)

    def test_a_large_body_is_no_head(self, serve) -> None:
        served = serve()
        head = b"POST /modeles/echo/demander HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\nConnection: close\r\n\r\n"
        assert sent(served, head + b"a" * 200_000).startswith(b"HTTP/1.1 40")

    def test_a_head_that_does_not_end_is_not_waited_for(self, workspace, monkeypatch) -> None:
        import threading

        import uvicorn

        from agglo.portal import app

        monkeypatch.setattr(connections, "LONGEST_HEAD_S", 0.2)
        configuration = server._configuration(app.create(workspace), workspace)
        listening = server.listen("127.0.0.1", 0)
        here = uvicorn.Server(configuration)
        thread = threading.Thread(target=here.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        address = listening.getsockname()
        wait_until(lambda: here.started)
        with (
            socket.create_connection(address, timeout=30) as slow,
            socket.create_connection(address, timeout=30) as mute,
        ):
            slow.sendall(b"GET / HTTP/1.1\r\nX: ")
            assert slow.recv(100) == b""
            assert mute.recv(100) == b""
        here.should_exit = True
        thread.join(30)
        listening.close()


def sent(served: Served, content: bytes) -> bytes:
    """What a server says to raw bytes."""
    host, port = served.address.removeprefix("http://").split(":")
    said = b""
    with socket.create_connection((host, int(port)), timeout=30) as one:
        try:
            one.sendall(content)
            while piece := one.recv(65_536):
                said += piece
        except (BrokenPipeError, ConnectionResetError):
            pass
    return said


def test_the_example_workspace_is_not_touched(example, tmp_path) -> None:
    shutil.copytree(example, tmp_path / "copy", symlinks=True)
    assert sorted(path.name for path in (tmp_path / "copy" / "requests").iterdir()) == []
