import uuid
from datetime import UTC, datetime, timedelta

from agglo.store.identifiers import new_id, now


def test_identifiers_are_uuid_7_and_sort_in_the_order_they_were_made() -> None:
    made = [new_id() for _rank in range(2000)]
    assert made == sorted(set(made))
    assert {uuid.UUID(one).version for one in made} == {7}


def test_now_is_utc_to_the_microsecond() -> None:
    said = now()
    assert len(said) == len("2026-11-23T09:00:00.000000Z")
    assert abs(datetime.fromisoformat(said) - datetime.now(UTC)) < timedelta(minutes=1)
    assert said.endswith("Z")
