"""Migrations, run where the database is opened; each folder of `migrations` is one line of them (Alembic)."""

from __future__ import annotations

from importlib import resources

from sqlalchemy import Connection

from accord.errors import StoreError


def upgrade(connection: Connection, name: str, revision: str) -> None:
    """Bring a database to a revision, within the transaction of the connection.

    Args:
        connection: holds the lock of a writer, so that two processes do not migrate at once.
        name: which line of migrations.
        revision: the newest one this accord knows.

    Raises:
        StoreError: the database is further on than that.
    """
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    with resources.as_file(resources.files("accord.store").joinpath("migrations", name)) as folder:
        script = ScriptDirectory(str(folder))
        found = MigrationContext.configure(connection).get_current_revision()
        known = {step.revision for step in script.walk_revisions()}
        if found is not None and found not in known:
            raise StoreError(
                "the state was written by a newer accord", hint="install that version, or restore an older backup"
            )
        try:
            context = EnvironmentContext(Config(), script, fn=lambda rev, _: script._upgrade_revs(revision, rev))
            with context as environment:
                environment.configure(connection=connection, transactional_ddl=True, render_as_batch=True)
                environment.run_migrations()
        except CommandError:
            raise StoreError("the state cannot be brought up to date", hint="restore a backup") from None
