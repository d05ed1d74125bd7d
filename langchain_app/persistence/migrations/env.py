"""Alembic's entry: connects with the connection string that migrate() hands over."""

import psycopg
from alembic import context
from sqlalchemy import create_engine, pool

conninfo = context.config.attributes["conninfo"]
engine = create_engine(
    "postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=pool.NullPool
)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
