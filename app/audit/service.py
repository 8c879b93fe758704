"""Writing the record: one call, in the transaction of the act."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.models import AuditEntry


async def record(
    session: AsyncSession,
    *,
    actor_id: int | None,
    action: str,
    target_kind: str,
    target_id: int | None,
    consortium_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Append one entry. ``details`` holds ids and codes only: never a text, never personal data."""
    session.add(
        AuditEntry(
            actor_id=actor_id,
            action=action,
            target_kind=target_kind,
            target_id=target_id,
            consortium_id=consortium_id,
            details=details or {},
        )
    )
