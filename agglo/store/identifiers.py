"""Identifiers and instants: UUID version 7 (RFC 9562), which sort by time, and UTC."""

from datetime import UTC, datetime

import uuid_utils


def new_id() -> str:
    """A new UUIDv7."""
    return str(uuid_utils.uuid7())


def now() -> str:
    """The present instant in UTC, to the microsecond: ``2026-11-23T09:00:00.000000Z``."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
