import pytest

AREA = {"name": "area", "type": "number", "unit": "ha"}


def field(kind, **constraints):
    return [{"name": "a", "type": kind, "constraints": constraints}]


@pytest.mark.parametrize(
    ("kind", "constraints", "good", "bad", "expected"),
    [
        ("string", {"required": True}, "x", " ", "a value, as this field is required"),
        ("string", {"unique": True}, "x", "x", "a value found once in this column"),
        ("string", {"enum": ["x", "y"]}, "y", "z", "one of x, y"),
        ("string", {"pattern": "[0-9]{5}"}, "01004", "1004", "a text like [0-9]{5}"),
        ("string", {"pattern": "[0-9]{5}"}, "01004", "010045", "a text like [0-9]{5}"),
        ("string", {"pattern": "a(?=b)b"}, "ab", "ac", "a text like"),
        ("string", {"minLength": 2}, "éé", "é", "at least 2 characters"),
        ("string", {"maxLength": 2}, "éé", "ééé", "at most 2 characters"),
        ("integer", {"enum": [1, 2]}, "2", "3", "one of 1, 2"),
        ("integer", {"minimum": 1}, "1", "0", "at least 1"),
        ("number", {"maximum": 1.5}, "1,5", "1,6", "at most 1.5"),
        ("number", {"exclusiveMinimum": 0}, "0,1", "0,0", "more than 0"),
        ("number", {"exclusiveMaximum": 1}, "0,9", "1,0", "less than 1"),
        ("number", {"minimum": 0}, "0,5", "NaN", "at least 0"),
        ("date", {"minimum": "2024-01-01"}, "2024-01-01", "2023-12-31", "at least 2024-01-01"),
        ("datetime", {"maximum": "2024-01-01T00:00Z"}, "2024-01-01T00:59+01:00", "2024-01-01 00:01Z", "at most"),
    ],
)
def test_each_constraint_lets_the_good_pass_and_names_the_bad(prepared, faults, kind, constraints, good, bad, expected):
    assert prepared(f"a;b\n{good};1\n", field(kind, **constraints), {"ignore": ["b"]}).table.num_rows == 1
    found = faults(f"a;b\n{good};1\n{bad};1\n", field(kind, **constraints), {"ignore": ["b"]})
    assert len(found) == 1
    assert found[0].startswith('line 3, column "a": found ')
    assert expected in found[0]


def test_an_empty_cell_breaks_only_required(prepared):
    table = prepared("a;b\n;1\n", field("integer", minimum=1, enum=[2], unique=True), {"ignore": ["b"]}).table
    assert table["a"].to_pylist() == [None]


def test_a_cell_that_cannot_be_read_is_named_once(faults):
    assert len(faults("a;b\nx;1\n", field("integer", required=True, minimum=1), {"ignore": ["b"]})) == 1


def test_the_unit_is_shown_with_the_value(faults):
    found = faults("area;b\n-1,5;1\n", [AREA | {"constraints": {"minimum": 0}}], {"ignore": ["b"]})
    assert found == ['line 2, column "area": found -1.5 ha, expected at least 0 ha']


def test_twenty_cells_are_shown_and_the_rest_counted(faults):
    text = "a;b\n" + "x;1\n" * 50
    found = faults(text, field("integer"), {"ignore": ["b"]})
    assert len(found) == 21
    assert found[-1] == 'column "a": found 30 more cells like these, expected a whole number'


KEY = [{"name": "a"}, {"name": "b", "type": "integer"}]


def test_a_key_found_twice_names_both_places(faults):
    found = faults("a;b\nx;1\ny;1\nx;1\n", KEY, primaryKey=["a", "b"])
    assert found == [
        'line 4, column "a": found "x", 1, as in line 2, column "a", expected a key (a, b) found once. '
        "Remove one of the two rows."
    ]


def test_a_key_holds_whatever_the_other_columns(prepared):
    assert prepared("a;b\nx;1\ny;1\nx;2\n", KEY, primaryKey=["a", "b"]).table.num_rows == 3


def test_an_empty_key_is_refused(faults):
    assert "part of the key" in faults("a;b\n;1\n", KEY, primaryKey="a")[0]


def test_unique_keys_are_checked(faults):
    assert "a key (b) found once" in faults("a;b\nx;1\ny;1\n", KEY, primaryKey="a", uniqueKeys=[["b"]])[0]


@pytest.mark.parametrize(
    "word", ["Total", "TOTAL :", "Sous-total Nord: 3", "Total général", "total des communes", "Ensemble"]
)
def test_rows_of_totals_are_refused(faults, prepared, word):
    text = f"name;area\nOrsay;1,5\n{word};1,5\n"
    fields = [{"name": "name"}, AREA]
    assert faults(text, fields)[0].startswith(f'line 3, column "name": found "{word}", expected a row of data')
    assert prepared(text, fields, {"totals": "keep"}).table.num_rows == 2
    assert prepared(text, fields, {"skip_rows": [3]}).table.num_rows == 1


@pytest.mark.parametrize("name", ["TotalEnergies", "Total Access Orsay", "Ensemble scolaire", "Le Total"])
def test_names_that_hold_such_a_word_are_data(prepared, name):
    assert prepared(f"name;area\n{name};1,5\n", [{"name": "name"}, AREA]).table.num_rows == 1


def test_a_row_with_several_cells_of_another_type_hints_at_a_shift(faults):
    fields = [{"name": "name"}, {"name": "n", "type": "integer"}, {"name": "day", "type": "date"}]
    found = faults("name;n;day\nOrsay;3;2024-01-01\nGif;sur Yvette;4\nBures;x;2024-01-01\n", fields)
    shifted = [text for text in found if "shifts them" in text]
    assert len(shifted) == 2
    assert all(text.startswith("line 3") for text in shifted)
