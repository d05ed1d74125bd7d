"""What a game server states, when feelings were last moved, and events that gates wait for."""

from alembic import op

revision = "0005"
down_revision = "0004"

SCHEMA = """
alter table timelines
    add deeds jsonb not null default '[]',          -- what the player did, as the game server says
    add game  jsonb not null default '{}',          -- what else it states: weather, hour, place
    add felt  jsonb not null default '{}';          -- npc -> game time of the last word: they fade
alter table story_events
    add trusted boolean not null default false;     -- reported by a game server
update ledger set kind = 'axis' where kind in ('trust', 'relationship');
"""


def upgrade() -> None:
    op.execute(SCHEMA)


def downgrade() -> None:
    op.execute("""
        update ledger set kind = name where kind = 'axis';
        delete from ledger where kind in ('deed', 'game')
            or (kind = 'axis' and name not in ('trust', 'relationship'));
        alter table story_events drop trusted;
        alter table timelines drop deeds, drop game, drop felt;
    """)
