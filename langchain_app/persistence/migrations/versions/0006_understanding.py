"""What was understood of an exchange: that it tells nothing, or is about what was told before."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("""
        alter table memories
            add tells_nothing boolean not null default false,  -- asked or played
            add adds boolean not null default false,  -- it is about what was told before
            add put_right text not null default '';  -- and names the value that it puts right
    """)


def downgrade() -> None:
    op.execute("alter table memories drop tells_nothing, drop adds, drop put_right")
