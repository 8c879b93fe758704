"""Pushes for tests."""

from typing import Any

from app.push.transport import PushMessage

IDEA = "0198f2a4-7c1e-7b52-9d3a-5a1c0f6f2b11"
COMMENT = "0198f2a4-9b77-7c31-8a4e-0d2f5b6c7d88"


def a_push(**changes: Any) -> PushMessage:
    """Return a push about a reply, changed where a test needs it."""
    values: dict[str, Any] = {
        "token_kind": "token",
        "token": "device-1",
        "title": "새 답글 · 메카트로닉스 미니클러스터",
        "body": "김민수 과장: 금형 온도를 센서로 재면 불량률을 절반으로 줄일 수 있습니다.",
        "data": {"schema_version": "1", "kind": "reply", "idea_id": IDEA, "comment_id": COMMENT},
        "channel_id": "responses",
        "tag": f"idea-{IDEA}",
        "thread_id": f"idea-{IDEA}",
        "badge": 3,
        "ttl_seconds": 172_800,
        "high_priority": True,
    }
    return PushMessage(**{**values, **changes})


def a_silent_push(**changes: Any) -> PushMessage:
    """Return a push the phone shows nothing of: the idea was read on another device."""
    return a_push(**{"title": None, "body": None, "data": {"kind": "dismiss"}, "high_priority": False, **changes})
