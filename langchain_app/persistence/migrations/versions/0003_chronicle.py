"""Story events, and who knows of them from when on."""

from alembic import op

revision = "0003"
down_revision = "0002"

SCHEMA = """
-- What happened in the story. An event belongs to the turn that comes after it (seq), or to the turn
-- that brought it about: a save of an earlier turn has not lived it.
create table story_events (
    timeline_id  text not null references timelines on delete cascade,
    id           text not null,
    seq          integer not null,
    kind         text not null,
    text         jsonb not null,                    -- language -> sentence; one language at least
    place        text,
    participants text[] not null,
    game_time    double precision not null,
    importance   real not null,
    secret       boolean not null,
    audience     text[] not null,                   -- the gate: who may know,
    after        text not null,                     -- from which flag on it is told,
    trust        real not null,                     -- and at which trust
    tokens       text[] not null,
    vector       vector not null,
    digest       text not null,                     -- of the report, to know a repeat by
    primary key (timeline_id, id)
);

-- Who knows of an event: noticed it (how), or is told of it (told_by, the nearest first) at the game
-- time `since`, which may lie ahead of the clock.
create table hearsay (
    timeline_id text not null,
    event_id    text not null,
    npc_id      text not null,
    seq         integer not null,
    happened    double precision not null,
    since       double precision not null,
    credibility real not null,
    how         text,
    told_by     text[] not null,
    primary key (timeline_id, npc_id, event_id),
    foreign key (timeline_id, event_id) references story_events on delete cascade
);
create index hearsay_by_time on hearsay (timeline_id, npc_id, happened desc);
create index hearsay_by_event on hearsay (timeline_id, event_id);
"""


def upgrade() -> None:
    op.execute(SCHEMA)


def downgrade() -> None:
    op.execute("drop table hearsay, story_events")
