"""The meter on real processes: a worker of its own, one with children, one that is gone."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agglo.footprint import process_tree
from agglo.footprint.meter import Measurement, Meter

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="needs os.wait4")

BUSY = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass"
HOLDS_MB = "x = bytearray({mb} * 1_000_000)\nfor i in range(0, len(x), 4096): x[i] = 1\nimport time\ntime.sleep(0.5)"
PARENT = (
    "import subprocess, sys\n"
    "made = [subprocess.Popen([sys.executable, '-S', '-c', sys.argv[1]]) for _ in range(2)]\n"
    "for child in made: child.wait()"
)


def measured(code: str, *arguments: str) -> Measurement:
    worker = subprocess.Popen([sys.executable, "-S", "-c", code, *arguments])
    meter = Meter(worker.pid)
    meter.start()
    _, worker.returncode, rusage = os.wait4(worker.pid, 0)
    return meter.stop(rusage)


def test_cpu_time_of_a_worker() -> None:
    run = measured(BUSY)
    assert run.complete
    assert run.cpu_s is not None
    assert run.cpu_s >= 0.2


def test_cpu_time_counts_children() -> None:
    run = measured(PARENT, BUSY)
    assert run.cpu_s is not None
    assert run.cpu_s >= 0.4


def test_peak_memory_of_a_worker() -> None:
    run = measured(HOLDS_MB.format(mb=80))
    assert run.peak_memory_bytes is not None
    assert 80e6 <= run.peak_memory_bytes < 160e6


def test_peak_memory_sums_the_tree() -> None:
    run = measured(PARENT, HOLDS_MB.format(mb=60))
    assert run.peak_memory_bytes is not None
    assert run.peak_memory_bytes >= 120e6


def test_without_the_kernels_account_cpu_is_the_difference_of_samples() -> None:
    meter = Meter(os.getpid())
    meter.start()
    total = sum(i * i for i in range(300_000))
    run = meter.stop()
    assert total
    assert run.complete
    assert run.cpu_s is not None
    assert 0 < run.cpu_s < process_tree.usage_of(os.getpid()).cpu_s  # type: ignore[union-attr]


def test_a_process_that_is_gone_is_not_measured() -> None:
    worker = subprocess.Popen([sys.executable, "-S", "-c", "pass"])
    worker.wait()
    meter = Meter(worker.pid)
    meter.start()
    run = meter.stop()
    assert (run.cpu_s, run.peak_memory_bytes) == (None, None)
    assert run.missing == ("cpu_s", "peak_memory_bytes")
    assert not run.complete


def test_the_meter_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    measured("pass")
    assert threading.active_count() == before


def test_machine_energy_is_reported_where_readable(tmp_path: Path) -> None:
    package = tmp_path / "intel-rapl:0"
    package.mkdir()
    (package / "energy_uj").write_text("1000000", encoding="ascii")
    meter = Meter(os.getpid(), powercap=tmp_path)
    meter.start()
    (package / "energy_uj").write_text("3500000", encoding="ascii")
    assert meter.stop().machine_energy_j == pytest.approx(2.5)


def test_machine_energy_is_none_where_not(tmp_path: Path) -> None:
    meter = Meter(os.getpid(), powercap=tmp_path)
    meter.start()
    assert meter.stop().machine_energy_j is None


def test_a_measurement_survives_being_kept() -> None:
    run = Measurement(wall_s=1.5, cpu_s=None, peak_memory_bytes=10, missing=("cpu_s",))
    assert Measurement.from_dict(run.to_dict()) == run
    assert run.to_dict()["complete"] is False


def test_both_ways_of_reading_a_process_agree() -> None:
    ours, theirs = process_tree.usage_of(os.getpid()), process_tree._usage_psutil(os.getpid())
    assert ours is not None
    assert theirs is not None
    assert ours.memory_bytes == pytest.approx(theirs.memory_bytes, rel=0.2)
    assert ours.cpu_s == pytest.approx(theirs.cpu_s, abs=0.5)


def test_the_meter_does_not_bring_psutil_in() -> None:
    code = "import sys, agglo.footprint.meter, agglo.footprint.record; sys.exit('psutil' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
