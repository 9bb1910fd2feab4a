from pathlib import Path

import pytest

from agglo.footprint.processors import machine_processor, processor_key


def test_the_machines_own_name(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Gold 6142 CPU @ 2.60GHz\n", encoding="utf-8")
    assert machine_processor(cpuinfo) == "Intel(R) Xeon(R) Gold 6142 CPU @ 2.60GHz"


def test_a_machine_without_a_name(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nBogoMIPS\t: 108.00\n", encoding="utf-8")
    assert machine_processor(tmp_path / "cpuinfo") is None
    assert machine_processor(tmp_path / "absent") is None


@pytest.mark.parametrize("name", ["AMD EPYC", "Intel(R) CPU @ 2.2GHz", "AMD EPYC Processor", ""])
def test_a_name_that_says_nothing_has_no_key(name: str) -> None:
    assert processor_key(name) == ""
