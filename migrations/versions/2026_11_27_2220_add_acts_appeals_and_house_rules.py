"""add acts of moderation, appeals and rules of the house

Ideas may be locked and pinned. Acts hold ids and codes; their words stand in a table of their own, so that they can be
erased while the record stays.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in ("locked_at", "pinned_at"):
        op.add_column("ideas", sa.Column(column, _MOMENT, nullable=True))
    pinned = sa.text("pinned_at IS NOT NULL")
    op.create_index(
        "ix_ideas_pinned", "ideas", ["mini_cluster_id", "pinned_at"], postgresql_where=pinned, sqlite_where=pinned
    )
    _create_house_rules()
    _create_acts()
    _create_act_texts()
    _create_appeals()


def downgrade() -> None:
    for table in ("appeals", "moderation_act_texts", "moderation_acts", "house_rules"):
        op.drop_table(table)
    op.drop_index("ix_ideas_pinned", "ideas")
    for column in ("pinned_at", "locked_at"):
        op.drop_column("ideas", column)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _create_house_rules() -> None:
    op.create_table(
        "house_rules",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("consortium_id", _KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules", _JSON, nullable=False),
        sa.Column("made_by_id", _KEY, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_house_rules_version")),
        _refers("house_rules", "consortium_id", "consortia"),
        _refers("house_rules", "made_by_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_rules")),
        sa.UniqueConstraint("consortium_id", "version", name=op.f("uq_house_rules_consortium_id_version")),
    )
    op.create_index(op.f("ix_house_rules_made_by_id"), "house_rules", ["made_by_id"])


def _create_acts() -> None:
    name = "moderation_acts"
    op.create_table(
        name,
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("creation_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("consortium_id", _KEY, nullable=False),
        sa.Column("idea_id", _KEY, nullable=False),
        sa.Column("comment_id", _KEY, nullable=True),
        sa.Column("subject_id", _KEY, nullable=False),
        sa.Column("actor_id", _KEY, nullable=False),
        sa.Column("case_id", _KEY, nullable=True),
        sa.Column("rules_version", sa.Integer(), nullable=True),
        sa.Column("rule_number", sa.Integer(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.Column("undone_by_id", _KEY, nullable=True),
        sa.CheckConstraint("kind IN ('hide', 'lock', 'pin', 'retag')", name=op.f("ck_moderation_acts_actkind_valid")),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by_id IS NULL)", name=op.f("ck_moderation_acts_undone_by_somebody")
        ),
        sa.CheckConstraint(
            "(rules_version IS NULL) = (rule_number IS NULL)", name=op.f("ck_moderation_acts_rule_of_version")
        ),
        sa.ForeignKeyConstraint(
            ["comment_id", "idea_id"], ["comments.id", "comments.idea_id"], name="fk_moderation_acts_comment_of_idea"
        ),
        _refers(name, "consortium_id", "consortia"),
        _refers(name, "idea_id", "ideas"),
        _refers(name, "subject_id", "accounts"),
        _refers(name, "actor_id", "accounts"),
        _refers(name, "case_id", "cases"),
        _refers(name, "undone_by_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_acts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_moderation_acts_public_id")),
    )
    for columns in (("consortium_id", "id"), ("subject_id", "id"), ("comment_id", "idea_id")):
        op.create_index(f"ix_{name}_{'_'.join(columns)}", name, list(columns))
    for column in ("idea_id", "actor_id", "case_id", "undone_by_id"):
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def _create_act_texts() -> None:
    op.create_table(
        "moderation_act_texts",
        sa.Column("act_id", _KEY, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("tags_before", _JSON, nullable=True),
        sa.Column("tags_after", _JSON, nullable=True),
        sa.Column("undo_words", sa.Text(), nullable=True),
        _refers("moderation_act_texts", "act_id", "moderation_acts"),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_moderation_act_texts")),
    )


def _create_appeals() -> None:
    op.create_table(
        "appeals",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("creation_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("act_id", _KEY, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("decided_by_id", _KEY, nullable=True),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("decision_words", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'granted', 'upheld')", name=op.f("ck_appeals_appealstate_valid")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_appeals_decided_at")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_appeals_decided_by_somebody")
        ),
        _refers("appeals", "act_id", "moderation_acts"),
        _refers("appeals", "decided_by_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_appeals_public_id")),
        sa.UniqueConstraint("act_id", name=op.f("uq_appeals_act_id")),
    )
    op.create_index("ix_appeals_state_id", "appeals", ["state", "id"])
    op.create_index(op.f("ix_appeals_decided_by_id"), "appeals", ["decided_by_id"])
