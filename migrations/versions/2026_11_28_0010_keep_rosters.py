"""keep rosters

Who belongs to a mini-cluster according to a file, and the imports of such files. The release before knows nothing of
them.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "roster_imports",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("mini_cluster_id", _KEY, nullable=False),
        sa.Column("imported_by_id", _KEY, nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        *[
            sa.Column(f"{what}_count", sa.Integer(), nullable=False)
            for what in ("new", "changed", "kept", "left", "ended")
        ],
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["mini_cluster_id"], ["mini_clusters.id"], name=op.f("fk_roster_imports_mini_cluster_id_mini_clusters")
        ),
        sa.ForeignKeyConstraint(
            ["imported_by_id"], ["accounts.id"], name=op.f("fk_roster_imports_imported_by_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_imports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_roster_imports_public_id")),
    )
    op.create_index("ix_roster_imports_mini_cluster_id_id", "roster_imports", ["mini_cluster_id", "id"])
    op.create_index(op.f("ix_roster_imports_imported_by_id"), "roster_imports", ["imported_by_id"])
    op.create_table("roster_rows", *_columns_of_rows(), *_constraints_of_rows())
    op.create_index("ix_roster_rows_mini_cluster_id_id", "roster_rows", ["mini_cluster_id", "id"])
    op.create_index("ix_roster_rows_mini_cluster_id_wanted_at", "roster_rows", ["mini_cluster_id", "wanted_at"])
    for column in ("import_id", "email", "account_id", "wanted_by_id", "confirmed_at", "left_at"):
        op.create_index(op.f(f"ix_roster_rows_{column}"), "roster_rows", [column])


def _columns_of_rows() -> list[sa.Column]:
    return [
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("mini_cluster_id", _KEY, nullable=False),
        sa.Column("import_id", _KEY, nullable=False),
        sa.Column("person_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("is_shared_address", sa.Boolean(), nullable=False),
        sa.Column("phone", sa.String(length=11), nullable=True),
        sa.Column("organisation_name", sa.String(length=200), nullable=False),
        sa.Column(
            "organisation_kind",
            _choice("organisationkind_valid", "company", "university", "institute", "local_government", "support"),
            nullable=False,
        ),
        sa.Column("business_number", sa.String(length=10), nullable=True),
        sa.Column("position", sa.String(length=80), nullable=True),
        sa.Column("state", _choice("rosterstate_valid", "imported", "invited", "bounced", "verified"), nullable=False),
        sa.Column("bounce_code", sa.String(length=40), nullable=True),
        sa.Column("invitation_id", _KEY, nullable=True),
        sa.Column("account_id", _KEY, nullable=True),
        sa.Column("wanted_at", _MOMENT, nullable=True),
        sa.Column("wanted_by_id", _KEY, nullable=True),
        sa.Column("confirmed_at", _MOMENT, nullable=False),
        sa.Column("invited_at", _MOMENT, nullable=True),
        sa.Column("verified_at", _MOMENT, nullable=True),
        sa.Column("left_at", _MOMENT, nullable=True),
    ]


def _constraints_of_rows() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_roster_rows_email_lower")),
        sa.CheckConstraint(
            "email IS NOT NULL OR NOT is_shared_address", name=op.f("ck_roster_rows_shared_is_an_address")
        ),
        sa.CheckConstraint(
            "(state = 'verified') = (verified_at IS NOT NULL)", name=op.f("ck_roster_rows_verified_at_a_time")
        ),
        sa.CheckConstraint(
            "verified_at IS NULL OR account_id IS NOT NULL", name=op.f("ck_roster_rows_verified_is_somebody")
        ),
        sa.CheckConstraint(
            "(wanted_at IS NULL) = (wanted_by_id IS NULL)", name=op.f("ck_roster_rows_wanted_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["mini_cluster_id"], ["mini_clusters.id"], name=op.f("fk_roster_rows_mini_cluster_id_mini_clusters")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["roster_imports.id"], name=op.f("fk_roster_rows_import_id_roster_imports")
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitations.id"],
            name=op.f("fk_roster_rows_invitation_id_invitations"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_roster_rows_account_id_accounts")),
        sa.ForeignKeyConstraint(["wanted_by_id"], ["accounts.id"], name=op.f("fk_roster_rows_wanted_by_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_rows")),
        sa.UniqueConstraint("public_id", name=op.f("uq_roster_rows_public_id")),
        sa.UniqueConstraint("mini_cluster_id", "person_key", name=op.f("uq_roster_rows_mini_cluster_id_person_key")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_roster_rows_invitation_id")),
    ]


def downgrade() -> None:
    op.drop_table("roster_rows")
    op.drop_table("roster_imports")
