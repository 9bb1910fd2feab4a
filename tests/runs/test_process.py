import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from agglo.runs import process
from runs.checks import wait_until


@pytest.fixture
def run(tmp_path):
    """Run a shell script in a folder of its own: the answer is how it ended, its log and its progress."""
    folder, log, seen = tmp_path / "out", tmp_path / "log", []
    folder.mkdir()

    def running(script: str, command: str = "/bin/sh"):
        ended = process.run([command, "-c", script], folder=folder, log=log, progress=lambda *said: seen.append(said))
        return ended, log.read_text(), seen

    return running


def test_the_exit_code_the_log_and_what_was_used_come_back(run) -> None:
    ended, log, _seen = run("echo said; echo logged >&2; sleep 0.1; exit 3")
    assert ended.exit_code == 3
    assert sorted(log.split()) == ["logged", "said"]
    assert ended.measurement.complete
    assert ended.interruption is None


def test_a_signal_that_ends_it_is_a_negative_code(run) -> None:
    assert run("kill -9 $$")[0].exit_code == -signal.SIGKILL


def test_progress_is_told_apart_from_other_lines(run) -> None:
    lines = ['{"progress": 0.25, "text": "a"}', '{"progress": 1}', '{"progress": 7}', '{"progress": NaN}', "[1]", '"x"']
    _ended, log, seen = run("\n".join(f"echo '{line}'" for line in lines))
    assert seen == [(0.25, "a"), (1.0, "")]
    assert log.splitlines() == lines[2:]


def test_a_line_without_end_does_not_fill_the_memory_nor_stop_the_process(run) -> None:
    ended, log, _seen = run("print('x' * 5_000_000, end='')", sys.executable)
    assert ended.exit_code == 0
    assert len(log) == 5_000_000


def test_the_process_gets_nothing_of_the_person(run, monkeypatch) -> None:
    for name in ("USER", "LOGNAME", "SECRET_TOKEN"):
        monkeypatch.setenv(name, "jeanne")
    monkeypatch.setenv("HOME", "/home/jeanne")
    _ended, log, _seen = run("env")
    assert "jeanne" not in log


def test_what_it_leaves_in_its_group_ends_with_it(run, tmp_path) -> None:
    run("sleep 60 >/dev/null 2>&1 & echo $! > pid")
    pid = int((tmp_path / "out" / "pid").read_text())
    wait_until(lambda: not _is_alive(pid))


def test_what_it_leaves_outside_its_group_ends_too_where_it_holds_the_output(run, tmp_path) -> None:
    start = time.monotonic()
    run("setsid sh -c 'echo $$ > pid; exec sleep 60' & while ! test -s pid; do sleep 0.01; done")
    pid = int((tmp_path / "out" / "pid").read_text())
    wait_until(lambda: not _is_alive(pid))
    assert time.monotonic() - start < 30


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("script", ["sleep 60", "trap '' TERM; while true; do sleep 0.05; done"])
def test_a_signal_to_us_ends_it_and_comes_back(run, tmp_path, number, script) -> None:
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    pid = tmp_path / "out" / "pid"
    written = lambda: pid.exists() and pid.read_text().strip()  # noqa: E731
    threading.Thread(target=lambda: (wait_until(written), os.kill(os.getpid(), number))).start()
    ended, _log, _seen = run(f"echo $$ > pid; {script}")
    assert isinstance(ended.interruption, KeyboardInterrupt if number == signal.SIGINT else SystemExit)
    if number != signal.SIGINT:
        assert ended.interruption.code == 128 + number
    assert ended.exit_code in (-signal.SIGTERM, -signal.SIGKILL)
    assert ended.measurement.wall_s > 0
    assert not _is_alive(int(pid.read_text()))
    assert {one: signal.getsignal(one) for one in before} == before


def test_it_dies_with_an_agglo_that_is_killed(tmp_path) -> None:
    (tmp_path / "out").mkdir()
    code = (
        "from pathlib import Path; from agglo.runs import process; import sys; f = Path(sys.argv[1]);"
        "process.run(['/bin/sh', '-c', 'echo $$ > pid; exec sleep 60'], folder=f / 'out', log=f / 'log')"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    pid = tmp_path / "out" / "pid"
    wait_until(lambda: pid.exists() and pid.read_text().strip())
    parent.kill()
    parent.wait()
    wait_until(lambda: not _is_alive(int(pid.read_text())))


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for nobody does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        return stat.rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except OSError:
        return False
