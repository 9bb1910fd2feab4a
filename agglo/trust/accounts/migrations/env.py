"""How Alembic applies the revisions: on the connection it is given, in one transaction."""

from alembic import context

from agglo.trust.accounts.tables import metadata


def apply() -> None:
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


if hasattr(context, "config"):  # Only where Alembic executes this file, not where it is merely imported.
    apply()
