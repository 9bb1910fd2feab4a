import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.catalogue.numbers import Convention, convention, evidence, numbers


def texts(*values):
    return pa.chunked_array([pa.array(values, pa.string())])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("12,5", (",", None)),
        ("0,500", (",", None)),
        ("1 234,500", (",", None)),
        ("1\u202f234,5", (",", None)),
        ("1234,567", (",", None)),
        ("-3.14", (".", None)),
        ("1.5e-3", (".", None)),
        ("1.234.567", (",", ".")),
        ("1,234,567", (".", ",")),
        ("1.234,5", (",", ".")),
        ("1,234.56", (".", ",")),
        ("1,234", (None, None)),
        ("-1.234", (None, None)),
        ("12", (None, None)),
        ("1.2.3", (None, None)),
        ("n.d.", (None, None)),
    ],
)
def test_what_a_number_shows_beyond_doubt(text, shown):
    assert evidence(text) == shown


def test_no_evidence_names_the_first_ambiguous_cell():
    found = convention([("a", texts("7", "1,234")), ("b", texts("2,345"))])
    assert (found.decimal, found.ambiguous.column, found.ambiguous.row) == (None, "a", 1)


def test_one_column_decides_for_the_others():
    assert convention([("a", texts("1,234")), ("b", texts("0,5"))]) == Convention(",")


def test_evidence_far_down_is_found():
    far = texts(*["1,234"] * 30_000, "0,5")
    assert convention([("a", far)]).decimal == ","


def test_two_signs_conflict():
    found = convention([("a", texts("1,5", "1.5"))])
    assert [cell.text for cell in found.conflict] == ["1,5", "1.5"]


@pytest.mark.parametrize(
    ("text", "how", "value"),
    [
        ("1 234,5", Convention(","), 1234.5),
        ("1\u00a0234\u202f567", Convention(","), 1234567.0),
        ("−3,5", Convention(","), -3.5),
        ("+4", Convention(), 4.0),
        ("1.234,5", Convention(",", "."), 1234.5),
        ("1e3", Convention(), 1000.0),
        (",5", Convention(","), 0.5),
        ("-INF", Convention(), -np.inf),
    ],
)
def test_numbers_as_people_write_them(text, how, value):
    array, wrong = numbers(texts(text), how)
    assert array.to_pylist() == [value]
    assert not wrong.any()


@pytest.mark.parametrize("text", ["12 34", "1.234,5", "1,2,3", "inf", "nan", "12 %", "0x1F", "1_0", "--1", "1.5"])
def test_what_is_no_number_is_marked(text):
    array, wrong = numbers(texts("1,5", text, None), Convention(","))
    assert array.to_pylist() == [1.5, None, None]
    assert wrong.tolist() == [False, True, False]


def test_not_a_number_is_a_value_and_null_is_none():
    array, wrong = numbers(texts("NaN", None, "1,5"), Convention(","))
    assert np.isnan(array[0].as_py())
    assert (array[1].as_py(), wrong.any()) == (None, False)


def spaced(value: float, decimal: str, space: str) -> str:
    return f"{value:,.4f}".replace(",", "\0").replace(".", decimal).replace("\0", space)


@given(
    st.lists(st.integers(-(10**13), 10**13).map(lambda whole: whole / 10**4), min_size=1),
    st.sampled_from(",."),
    st.sampled_from(["", " ", "\u00a0", "\u202f"]),
)
def test_a_number_written_is_the_number_read(values, decimal, space):
    column = texts(*(spaced(value, decimal, space) for value in values))
    array, wrong = numbers(column, convention([("a", column)]))
    assert not wrong.any()
    assert array.to_pylist() == values
