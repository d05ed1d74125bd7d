"""Saves, what a timeline began with, and what each turn was asked with."""

from alembic import op

revision = "0004"
down_revision = "0003"

SCHEMA = """
-- A moment that the player may come back to: a turn of a timeline, and what the game told since then.
create table saves (
    id          text primary key,
    timeline_id text not null references timelines on delete cascade,
    session_id  text not null references sessions on delete cascade,
    npc_id      text,                               -- whom the player was speaking to
    seq         integer not null,                   -- the last turn that was lived
    game_time   double precision not null,          -- the clock, which the game may have moved since
    events      text[] not null,                    -- reported since: the next turn would live them
    name        text not null,
    created_at  timestamptz not null default now()
);
create index saves_by_timeline on saves (timeline_id, seq);

-- Flags, items and relationships before its first turn, where a timeline did not begin with nothing.
alter table timelines add origin jsonb not null default '{}';

-- What a turn was asked with and what it was played on, to play it again: language, game_time,
-- game_state, authoritative; world (its version), seen and clock (turns settled, game time, as the
-- scene was read).
alter table turns add request jsonb not null default '{}';
"""


def upgrade() -> None:
    op.execute(SCHEMA)


def downgrade() -> None:
    op.execute("""
        drop table saves;
        alter table timelines drop origin;
        alter table turns drop request;
    """)
