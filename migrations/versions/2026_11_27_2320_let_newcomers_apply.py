"""let newcomers apply

Addresses that are being confirmed, and applications to mini-clusters. The release before knows nothing of them.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_OPEN = sa.text("state = 'open'")


def _choice(name: str, *values: str, length: int = 24) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=length)


def upgrade() -> None:
    op.create_table(
        "applicant_registrations",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("locale", _choice("locale_valid", "ko", "en", length=8), nullable=False),
        sa.Column("terms_version", sa.String(length=20), nullable=False),
        sa.Column("nonce", sa.LargeBinary(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_applicant_registrations_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applicant_registrations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_applicant_registrations_public_id")),
    )
    op.create_index(op.f("ix_applicant_registrations_expires_at"), "applicant_registrations", ["expires_at"])
    op.create_table(
        "applications",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("creation_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("mini_cluster_id", _KEY, nullable=False),
        sa.Column("organisation_id", _KEY, nullable=True),
        sa.Column("organisation_name", sa.String(length=200), nullable=True),
        sa.Column(
            "organisation_kind",
            _choice("organisationkind_valid", "company", "university", "institute", "local_government", "support"),
            nullable=True,
        ),
        sa.Column("business_number", sa.String(length=10), nullable=True),
        sa.Column("position", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            _choice("applicationstate_valid", "open", "admitted", "declined", "withdrawn"),
            nullable=False,
        ),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("decided_by_id", _KEY, nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (organisation_name IS NULL)", name=op.f("ck_applications_one_organisation")
        ),
        sa.CheckConstraint(
            "(organisation_name IS NULL) = (organisation_kind IS NULL)",
            name=op.f("ck_applications_kind_of_new_organisation"),
        ),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_applications_open_until_closed")),
        sa.CheckConstraint(
            "(state IN ('admitted', 'declined')) = (decided_by_id IS NOT NULL)",
            name=op.f("ck_applications_decided_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_applications_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["mini_cluster_id"], ["mini_clusters.id"], name=op.f("fk_applications_mini_cluster_id_mini_clusters")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_applications_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["accounts.id"], name=op.f("fk_applications_decided_by_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("public_id", name=op.f("uq_applications_public_id")),
    )
    for column in ("account_id", "organisation_id", "closed_at", "decided_by_id"):
        op.create_index(op.f(f"ix_applications_{column}"), "applications", [column])
    op.create_index("ix_applications_mini_cluster_id_id", "applications", ["mini_cluster_id", "id"])
    op.create_index(
        "uq_applications_open",
        "applications",
        ["account_id", "mini_cluster_id"],
        unique=True,
        postgresql_where=_OPEN,
        sqlite_where=_OPEN,
    )


def downgrade() -> None:
    op.drop_table("applications")
    op.drop_table("applicant_registrations")
