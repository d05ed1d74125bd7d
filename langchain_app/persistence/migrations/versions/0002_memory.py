"""Timelines that fork, game time, facts, and memories found by their words."""

from alembic import op

revision = "0002"
down_revision = "0001"

SCHEMA = """
-- A save that is loaded opens a child timeline. `line` and `upto` are the whole lineage, this
-- timeline first: of each timeline in `line`, the turns up to `upto` have been lived here.
alter table timelines
    add parent_id text references timelines on delete cascade,
    add forked_at integer not null default 0,       -- the seq of the parent's turn it goes on from
    add current   boolean not null default true,    -- which one a new session joins
    add game_time double precision not null default 0,  -- the clock, in hours of the game
    add line      text[] not null default '{}',
    add upto      integer[] not null default '{}',
    drop constraint timelines_world_id_player_id_key;
update timelines set line = array[id], upto = array[2147483647];
create unique index timelines_current on timelines (world_id, player_id) where current;
create index timelines_by_player on timelines (player_id);
create index timelines_by_parent on timelines (parent_id);

-- The conversation that a loaded save goes on with: earlier sessions, up to the turn of each.
alter table sessions
    add earlier      text[] not null default '{}',
    add earlier_upto integer[] not null default '{}';

alter table turns
    add game_time double precision not null default 0,
    add state     jsonb not null default '{}';      -- the timeline's state after the turn
update turns t set state = jsonb_build_object(
    'flags', (select coalesce(jsonb_agg(name order by name), '[]') from ledger g
              where g.timeline_id = t.timeline_id and g.seq <= t.seq and kind = 'flag'),
    'items', (select coalesce(jsonb_agg(name order by name), '[]') from (
                  select name from ledger g
                  where g.timeline_id = t.timeline_id and g.seq <= t.seq and kind = 'item'
                  group by name having sum(amount) > 0) carried),
    'relationships', (select coalesce(jsonb_object_agg(npc_id, feelings), '{}') from (
                  select distinct on (npc_id) npc_id, answer #> '{state,relationship}' as feelings
                  from turns u where u.timeline_id = t.timeline_id and u.seq <= t.seq
                  order by npc_id, seq desc) felt));

-- A memory is an exchange (its id is the turn's), or a reflection upon many (up to seq).
alter table memories
    add id        text,
    add kind      text not null default 'said',
    add text      text not null default '',         -- a reflection's sentence
    add language  text not null default 'en',
    add game_time double precision not null default 0;
update memories m set id = turn_id, language = t.language from turns t where t.id = m.turn_id;
alter table memories drop constraint memories_pkey;
alter table memories add primary key (id);
create index memories_by_turn on memories (turn_id);
drop index memories_by_knower;
-- Along a lineage game time never runs backwards, so this is the order of seq too.
create index memories_by_time on memories (timeline_id, npc_id, game_time, seq);
create index reflections on memories (timeline_id, npc_id, seq) where kind = 'reflection';
create index memories_kept on memories (timeline_id, npc_id, game_time, seq) where importance >= 0.5;

-- Which memories a word is in, newest first. A memory that came to mind is posted again.
create table memory_terms (
    timeline_id text not null references timelines on delete cascade,
    npc_id      text not null,
    token       text not null,
    seq         integer not null,
    game_time   double precision not null,
    memory_id   text not null,
    kept        boolean not null                    -- it matters: chatter does not push it out
);
insert into memory_terms
select timeline_id, npc_id, token, seq, game_time, id, importance >= 0.5
from memories, unnest(tokens) token;
create index memory_terms_newest on memory_terms (timeline_id, npc_id, token, seq desc);
create index memory_terms_kept on memory_terms (timeline_id, npc_id, token, seq desc) where kept;

-- What the player told of themselves and theirs. Append only: a fact holds until the next one of its
-- slot on the lineage, which is worked out when it is read.
create table facts (
    id          bigint generated always as identity primary key,
    timeline_id text not null references timelines on delete cascade,
    npc_id      text not null,
    turn_id     text not null references turns on delete cascade,
    seq         integer not null,
    game_time   double precision not null,
    subject     text not null,                      -- player, or brother, dog, boat
    slot        text not null,
    value       text not null,
    stance      text not null,                      -- holds, past, ends
    language    text not null,
    source      text not null,                      -- patterns, model, player
    unique (turn_id, subject, slot, value, stance)
);
create index facts_by_slot on facts (timeline_id, npc_id, subject, slot, seq desc);
create index facts_by_value on facts (timeline_id, npc_id, lower(value));
"""


def upgrade() -> None:
    op.execute(SCHEMA)


def downgrade() -> None:
    op.execute("""
        delete from timelines where not current;
        drop table facts, memory_terms;
        delete from memories where kind <> 'said';
        drop index memories_by_time, memories_kept, memories_by_turn, reflections;
        alter table memories drop id, drop kind, drop text, drop language, drop game_time;
        alter table memories add primary key (turn_id);
        create index memories_by_knower on memories (timeline_id, npc_id, seq desc);
        alter table turns drop game_time, drop state;
        alter table sessions drop earlier, drop earlier_upto;
        drop index timelines_current, timelines_by_player, timelines_by_parent;
        alter table timelines drop parent_id, drop forked_at, drop current, drop game_time,
            drop line, drop upto, add unique (world_id, player_id);
    """)
