"""let people change employers

What people say of a new employer, until those who keep one of their mini-clusters confirm it. The release before knows
nothing of it.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_OPEN = sa.text("state = 'open'")


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table("employer_changes", *_columns(), *_constraints())
    for column in ("account_id", "organisation_id", "closed_at", "decided_by_id"):
        op.create_index(op.f(f"ix_employer_changes_{column}"), "employer_changes", [column])
    op.create_index(
        "uq_employer_changes_open",
        "employer_changes",
        ["account_id"],
        unique=True,
        postgresql_where=_OPEN,
        sqlite_where=_OPEN,
    )


def _columns() -> list[sa.Column]:
    return [
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("creation_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("organisation_id", _KEY, nullable=True),
        sa.Column("organisation_name", sa.String(length=200), nullable=True),
        sa.Column(
            "organisation_kind",
            _choice("organisationkind_valid", "company", "university", "institute", "local_government", "support"),
            nullable=True,
        ),
        sa.Column("business_number", sa.String(length=10), nullable=True),
        sa.Column("position", sa.String(length=80), nullable=False),
        sa.Column(
            "state", _choice("applicationstate_valid", "open", "admitted", "declined", "withdrawn"), nullable=False
        ),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("decided_by_id", _KEY, nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
    ]


def _constraints() -> list[sa.Constraint]:
    table = "employer_changes"
    return [
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (organisation_name IS NULL)", name=op.f(f"ck_{table}_one_organisation")
        ),
        sa.CheckConstraint(
            "(organisation_name IS NULL) = (organisation_kind IS NULL)",
            name=op.f(f"ck_{table}_kind_of_new_organisation"),
        ),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f(f"ck_{table}_open_until_closed")),
        sa.CheckConstraint(
            "(state IN ('admitted', 'declined')) = (decided_by_id IS NOT NULL)",
            name=op.f(f"ck_{table}_decided_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["accounts.id"], name=op.f(f"fk_{table}_decided_by_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    ]


def downgrade() -> None:
    op.drop_table("employer_changes")
