"""The first schema."""

from alembic import op

revision = "0001"
down_revision = None

SCHEMA = """
create extension if not exists vector;

-- A timeline is one player's story in one world: the state that the ledger adds up to.
create table timelines (
    id            text primary key,
    world_id      text not null,
    player_id     text not null,
    seq           integer not null default 0,       -- turns settled so far
    flags         jsonb not null default '[]',
    items         jsonb not null default '[]',
    relationships jsonb not null default '{}',      -- npc -> {trust, relationship}
    created_at    timestamptz not null default now(),
    unique (world_id, player_id)
);

-- A session is one sitting of a player on a timeline.
create table sessions (
    id          text primary key,
    timeline_id text not null references timelines on delete cascade,
    npc_id      text,                               -- whom the player spoke to last
    opened_at   timestamptz not null default now()
);
create index sessions_by_timeline on sessions (timeline_id);

create table turns (
    id          text primary key,
    timeline_id text not null references timelines on delete cascade,
    session_id  text not null references sessions on delete cascade,
    seq         integer not null,
    npc_id      text not null,
    message     text not null,
    language    text not null,
    reply       text not null,
    sources     jsonb not null default '[]',
    answer      jsonb not null,                     -- what the game was told, for repeats
    trace_id    text not null,
    created_at  timestamptz not null default now(),
    unique (timeline_id, seq)
);
create index turns_by_session on turns (session_id, npc_id, seq desc);

-- Why every difference between two states is there. Append only.
create table ledger (
    id          bigint generated always as identity primary key,
    turn_id     text not null references turns on delete cascade,
    timeline_id text not null,
    seq         integer not null,
    npc_id      text not null,
    kind        text not null,
    name        text not null,
    amount      double precision not null,
    source      text not null,
    reason      text not null,
    evidence    text not null
);
create index ledger_by_timeline on ledger (timeline_id, seq);
create index ledger_by_turn on ledger (turn_id);

create table memories (
    turn_id     text primary key references turns on delete cascade,
    timeline_id text not null,
    session_id  text not null,
    npc_id      text not null,
    seq         integer not null,
    player_said text not null,
    npc_said    text not null,
    tokens      text[] not null,
    vector      vector not null,                    -- dimension: that of the embedding model
    importance  real not null
);
create index memories_by_knower on memories (timeline_id, npc_id, seq desc);

-- Events for the game and for other services, in the same transaction as what they tell of.
create table outbox (
    id         bigint generated always as identity primary key,
    turn_id    text not null references turns on delete cascade,
    kind       text not null,
    payload    jsonb not null,
    created_at timestamptz not null default now()
);

create table observations (
    span_id        text primary key,
    trace_id       text not null,
    parent_span_id text,
    turn_id        text not null,
    name           text not null,
    type           text not null,
    started_at     timestamptz not null,
    ms             double precision not null,
    level          text not null,
    status_message text not null,
    input          jsonb,
    output         jsonb,
    metadata       jsonb not null default '{}'
);
create index observations_by_turn on observations (turn_id, started_at);
"""


def upgrade() -> None:
    op.execute(SCHEMA)


def downgrade() -> None:
    op.execute(
        "drop table observations, outbox, memories, ledger, turns, sessions, timelines cascade"
    )
