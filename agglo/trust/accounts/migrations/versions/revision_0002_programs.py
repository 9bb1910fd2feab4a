"""Tokens for programs, sign-in at an identity provider, and a log of who did what that nobody can rewrite."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NO_CHANGE = """
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END
"""
_NO_REMOVAL = """
CREATE TRIGGER audit_is_kept_a_year BEFORE DELETE ON audit
WHEN OLD.at > strftime('%Y-%m-%dT%H:%M:%S', 'now', '-365 days')
BEGIN SELECT RAISE(ABORT, 'the audit log is kept a year'); END
"""


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("last_used", sa.String(32)),
        sa.Column("expires", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("digest", name="uq_tokens_digest"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_tokens_account"),
    )
    op.create_index("ix_tokens_account", "tokens", ["account"])
    op.create_table(
        "identity_requests",
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("onward", sa.Text, nullable=False),
        sa.Column("expires", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("state", name="pk_identity_requests"),
    )
    op.add_column("sessions", sa.Column("id_token", sa.Text))
    op.execute(_NO_CHANGE)
    op.execute(_NO_REMOVAL)
