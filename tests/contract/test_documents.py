from pathlib import Path

import pytest

from agglo.contract.documents import read_yaml
from agglo.contract.errors import InvalidInput


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "one.yaml"


def test_dates_stay_as_they_were_written(path: Path) -> None:
    path.write_text("since: 2024-01-31\nat: 2024-01-31T08:00:00Z\nn: 3\nx: 1.5\nyes: true\n", encoding="utf-8")
    assert read_yaml(path, "") == {"since": "2024-01-31", "at": "2024-01-31T08:00:00Z", "n": 3, "x": 1.5, True: True}


def test_an_empty_file_is_nothing(path: Path) -> None:
    path.write_bytes(b"")
    assert read_yaml(path, "") is None


def test_a_byte_order_mark_is_not_content(path: Path) -> None:
    path.write_text("nom: Orée\n", encoding="utf-8-sig")
    assert read_yaml(path, "") == {"nom": "Orée"}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a: 1\na: 2\n", 2),
        ("b:\n  c: 1\n  c: 1\n", 3),
        ("- a: 1\n- {d: 1, 'd': 2}\n", 2),
        ("x: &x {a: 1}\ny: *x\nz: [*x]\nx: 3\n", 4),
    ],
)
def test_a_key_given_twice_is_refused_with_its_line(path: Path, content: str, line: int) -> None:
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput, match=f"This fails.\n  - one.yaml, line {line}: found ., expected each key once"):
        read_yaml(path, "This fails.")


def test_one_key_in_two_places_is_fine(path: Path) -> None:
    path.write_text("a: {k: 1}\nb: {k: 1}\n", encoding="utf-8")
    assert read_yaml(path, "") == {"a": {"k": 1}, "b": {"k": 1}}


@pytest.mark.parametrize(
    "content", [b"a: [1,\n", b"\tb: 1\n", b"a: \xff\n", b"a: b: c\n", b"? [a]\n: 1\n", b"!!python/object:os.system x\n"]
)
def test_what_is_not_yaml_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"one.yaml(, line [12])?: found .*expected a YAML file"):
        read_yaml(path, "This fails.")


def test_a_missing_file_is_refused(path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"one.yaml: found No such file"):
        read_yaml(path, "This fails.")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            b'a: "x "y" z"\n',
            'line 1: found \'a: "x "y" z"\', expected a YAML file. Here or just before: a quotation mark',
        ),
        (b"a: >-\nfoo\nb: 1\n", "line 3: found 'b: 1', expected a YAML file. Here or just before"),
        (b"a: >-\n\tfoo\n", "line 2: found a tab, expected a YAML file. Begin lines with spaces"),
        (b"[" * 5000 + b"]" * 5000, "found entries set in without end"),
        (b"a: \xe9t\xe9\n", "found another encoding, expected a YAML file. Save it as UTF-8."),
    ],
)
def test_what_is_wrong_is_told_in_plain_words(path: Path, content: bytes, told: str) -> None:
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as refused:
        read_yaml(path, "This fails.")
    assert told in str(refused.value)
