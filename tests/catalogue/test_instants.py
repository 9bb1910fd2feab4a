from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.catalogue.instants import ISO_INSTANT, clock_times, pattern_of, to_utc

PARIS = ZoneInfo("Europe/Paris")


def read(*values, pattern=ISO_INSTANT):
    return clock_times(pa.chunked_array([pa.array(values, pa.string())]), pattern)


def local(*values):
    return np.array(values, "datetime64[us]").astype(np.int64)


def utc(micros):
    return [str(one) for one in micros.astype("datetime64[us]").astype("datetime64[m]")]


def test_a_french_format_is_read_with_or_without_leading_zeros():
    times = read("31/12/2024 7:05", "1/2/2024 23:59", pattern=pattern_of("%d/%m/%Y %H:%M"))
    assert utc(times.micros) == ["2024-12-31T07:05", "2024-02-01T23:59"]


@pytest.mark.parametrize("text", ["2024-02-30 00:00", "2023-02-29 00:00", "2024-13-01 00:00", "2024-01-01 24:00", "x"])
def test_a_time_that_does_not_exist_is_wrong(text):
    assert read("2024-01-01 00:00", text, None).wrong.tolist() == [False, True, False]


def test_offsets_and_fractions():
    times = read("2024-01-01T01:00:00.25+01:00", "2023-12-31T19:00-0500", "2024-01-01 00:00Z", "2024-01-01 00:00")
    assert times.known.tolist() == [True, True, True, False]
    assert (times.micros - local("2024-01-01T00:00")[0]).tolist() == [250_000, 0, 0, 0]


def test_two_digit_years_follow_posix():
    assert utc(read("01/02/69", "01/02/68", pattern=pattern_of("%d/%m/%y")).micros) == [
        "1969-02-01T00:00",
        "2068-02-01T00:00",
    ]


def test_an_unknown_directive_is_named():
    with pytest.raises(ValueError, match="%B"):
        pattern_of("%d %B %Y")


def test_winter_and_summer_time_of_paris():
    found = to_utc(local("2024-01-15T12:00", "2024-07-15T12:00"), PARIS)
    assert utc(found.micros) == ["2024-01-15T11:00", "2024-07-15T10:00"]
    assert not (found.ambiguous | found.impossible).any()


AUTUMN = ("2024-10-27T01:30", "2024-10-27T02:00", "2024-10-27T02:30", "2024-10-27T03:00")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("first", ["00:00", "00:30"]), ("second", ["01:00", "01:30"])],
)
def test_the_hour_shown_twice(choice, expected):
    found = to_utc(local(*AUTUMN), PARIS, ambiguous=choice)
    assert found.ambiguous.tolist() == [False, True, True, False]
    assert [text[-5:] for text in utc(found.micros)][1:3] == expected
    assert [text[-5:] for text in utc(found.micros)][::3] == ["23:30", "02:00"]


def test_without_a_choice_the_hour_shown_twice_is_open():
    found = to_utc(local(*AUTUMN), PARIS)
    assert (found.ambiguous & ~found.settled).sum() == 2


def test_the_order_of_rows_settles_the_hour_shown_twice():
    times = local("2024-10-27T02:00", "2024-10-27T02:30", "2024-10-27T02:00", "2024-10-27T02:30")
    found = to_utc(times, PARIS, ambiguous="infer")
    assert [text[-5:] for text in utc(found.micros)] == ["00:00", "00:30", "01:00", "01:30"]
    assert found.settled.all()


def test_each_group_is_settled_by_its_own_order():
    times = local("2024-10-27T02:00", "2024-10-27T02:00", "2024-10-27T02:00", "2024-10-27T02:00")
    found = to_utc(times, PARIS, ambiguous="infer", groups=np.array([0, 1, 0, 1]))
    assert [text[-5:] for text in utc(found.micros)] == ["00:00", "00:00", "01:00", "01:00"]


def test_one_showing_alone_cannot_be_inferred():
    found = to_utc(local(*AUTUMN), PARIS, ambiguous="infer")
    assert not found.settled.any()


def test_the_hour_skipped_is_impossible_unless_read_forward():
    times = local("2024-03-31T01:59", "2024-03-31T02:00", "2024-03-31T02:59", "2024-03-31T03:00")
    assert to_utc(times, PARIS).impossible.tolist() == [False, True, True, False]
    found = to_utc(times, PARIS, forward=True)
    assert [text[-5:] for text in utc(found.micros)] == ["00:59", "01:00", "01:59", "01:00"]
    assert not found.impossible.any()


@given(
    st.lists(st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1)), min_size=1, max_size=20),
    st.sampled_from(["Europe/Paris", "Indian/Reunion", "America/Cayenne", "Australia/Lord_Howe", "Etc/GMT-1"]),
)
def test_an_instant_shown_on_a_clock_comes_back(moments, zone_name):
    zone = ZoneInfo(zone_name)
    instants = [moment.replace(tzinfo=UTC, microsecond=0) for moment in moments]
    shown = [instant.astimezone(zone) for instant in instants]
    found = to_utc(local(*(one.replace(tzinfo=None) for one in shown)), zone, ambiguous="first")
    second = np.array([one.fold for one in shown], bool)
    expected = local(*(instant.replace(tzinfo=None) for instant in instants))
    assert (found.micros == expected)[~second].all()
    assert found.ambiguous[second].all()
    assert not found.impossible.any()
