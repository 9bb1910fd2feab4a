"""The tables of the accounts' database. They change through the revisions of ``migrations`` only.

Instants are text, ISO 8601 in UTC with microseconds, so that they sort as they follow each other. What is only ever
compared (sessions, tokens) is kept as the SHA-256 of a random text: whoever reads the database can use none of them.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("login", String(100), unique=True),
    Column("name", Text, nullable=False),
    Column("role", String(40), nullable=False),
    Column("password", Text),
    Column("issuer", Text),
    Column("subject", Text),
    Column("created", String(32), nullable=False),
    Column("disabled", String(32)),
    UniqueConstraint("issuer", "subject", name="uq_accounts_identity"),
    CheckConstraint("login IS NOT NULL OR subject IS NOT NULL", name="a_way_in"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("account", String(40), ForeignKey("accounts.id"), nullable=False, index=True),
    Column("created", String(32), nullable=False),
    Column("last_seen", String(32), nullable=False),
    Column("expires", String(32), nullable=False),
    Column("id_token", Text),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("account", String(40), ForeignKey("accounts.id"), nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("created", String(32), nullable=False),
    Column("last_used", String(32)),
    Column("expires", String(32), nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("what", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", String(32), nullable=False),
    Column("until", String(32), nullable=False),
)

identity_requests = Table(
    "identity_requests",
    metadata,
    Column("state", String(64), primary_key=True),
    Column("browser", String(64), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("onward", Text, nullable=False),
    Column("expires", String(32), nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("action", String(40), nullable=False),
    Column("asset", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("address", String(64), nullable=False),
    Index("audit_by_actor", "actor", "id"),
    Index("audit_by_action", "action", "id"),
)
