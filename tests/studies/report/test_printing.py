"""Tables on paper: letters small enough for their longest words."""

from agglo.studies.report import printing
from agglo.studies.report.blocks import Column, Row, Table


def printed(columns: int, head: str) -> dict[str, object]:
    heads = tuple(Column(head) for _rank in range(columns))
    return printing._table(Table("t", "T", heads, (Row(("1",) * columns),)))


def test_a_table_whose_words_fit_keeps_the_size_of_its_columns() -> None:
    assert printed(6, "short")["size"] == 8.6
    assert printed(7, "short")["size"] == 7.6


def test_a_table_whose_words_do_not_fit_has_smaller_letters() -> None:
    assert (printed(6, "x" * 16)["size"], printed(6, "x" * 16)["room"]) == (7.6, 130)


def test_words_that_fit_in_no_size_are_given_their_room_alone() -> None:
    table = printed(8, "x" * 40)
    assert table["size"] == 6.8
    assert table["widths"] == [48] * 8
