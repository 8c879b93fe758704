"""add passkeys

Passkeys, the challenges they sign, and ID tokens that were exchanged. The release before knows nothing of them: there an
ID token can be exchanged twice.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=2048), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("last_used_at", _MOMENT, nullable=True),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkeys_sign_count")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_passkeys_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_passkeys_public_id")),
    )
    op.create_index(op.f("ix_passkeys_account_id"), "passkeys", ["account_id"])
    op.create_table(
        "passkey_challenges",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", _KEY, nullable=True),
        sa.Column("challenge", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_passkey_challenges_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey_challenges")),
        sa.UniqueConstraint("public_id", name=op.f("uq_passkey_challenges_public_id")),
    )
    for column in ("account_id", "expires_at"):
        op.create_index(op.f(f"ix_passkey_challenges_{column}"), "passkey_challenges", [column])
    op.create_table(
        "used_id_tokens",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_id_tokens")),
    )
    op.create_index(op.f("ix_used_id_tokens_expires_at"), "used_id_tokens", ["expires_at"])


def downgrade() -> None:
    for table in ("used_id_tokens", "passkey_challenges", "passkeys"):
        op.drop_table(table)
