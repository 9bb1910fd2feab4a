import pytest

from agglo.contract.errors import (
    AggloError,
    Damaged,
    Fault,
    InvalidInput,
    MissingExtra,
    ModelFailed,
    NoNetwork,
    NotFound,
    nearest,
)


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (InvalidInput, ValueError),
        (NotFound, LookupError),
        (Damaged, OSError),
        (ModelFailed, RuntimeError),
        (NoNetwork, ConnectionError),
    ],
)
def test_each_error_is_also_a_builtin_and_says_everything(kind: type[AggloError], builtin: type[Exception]) -> None:
    error = kind("It broke.", [Fault("row 3", "-1 ha", "0 or more", "Correct it.")], repair="Then ask again.")
    assert isinstance(error, builtin)
    assert str(error) == "It broke.\n  - row 3: found -1 ha, expected 0 or more. Correct it.\nThen ask again."
    assert error.to_dict() == {
        "what": "It broke.",
        "faults": [{"where": "row 3", "got": "-1 ha", "expected": "0 or more", "repair": "Correct it."}],
        "repair": "Then ask again.",
    }


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault("row 3"), "row 3"),
        (Fault("row 3", "x"), "row 3: found x"),
        (Fault("row 3", expected="y"), "row 3: expected y"),
        (Fault("row 3", repair="Fix it."), "row 3. Fix it."),
    ],
)
def test_a_fault_says_only_what_it_knows(fault: Fault, text: str) -> None:
    assert str(fault) == text


def test_a_missing_extra_names_what_to_install() -> None:
    error = MissingExtra("duckdb", "scale")
    assert isinstance(error, ImportError)
    assert "duckdb" in str(error)
    assert 'pip install "agglo[scale]"' in str(error)


def test_nearest() -> None:
    assert nearest("sealed_shar", ["sealed_share", "other"]) == 'Did you mean "sealed_share"?'
    assert nearest("zzz", ["b", "a"]) == "Known: a, b"
    assert nearest("zzz", []) == "Known: none"
    assert nearest("zzz", [f"name{rank:02}" for rank in range(30)]).count("name") == 12


def test_a_fault_in_french_has_a_no_break_space_before_its_colon(monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(Fault("line 3", "x", repair="Write y.")) == "line 3: found x. Write y."
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    assert str(Fault("ligne 3", "x")).startswith("ligne 3\u00a0: ")
