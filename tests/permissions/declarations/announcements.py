"""Who may announce, and who reads what is announced."""

from datetime import timedelta

from app.core.clock import now
from tests.factories import client_id
from tests.permissions.rules import (
    FOREIGN_READERS,
    HOME_READERS,
    HOME_STAFF,
    Json,
    Outcome,
    Rule,
    may,
    nobody,
    signed_in,
)
from tests.permissions.world import World


def _announcement(world: World, target: str) -> Json:
    return {
        "id": client_id(),
        "mini_cluster_id": world.id_of("mini_cluster", target),
        "title": "정기 교류회",
        "body": "12월 10일에 모입니다.",
        "valid_until": (now() + timedelta(days=7)).isoformat(),
    }


def _on_announcement(home: Outcome, foreign: Outcome, gone: Outcome, **more: object) -> Rule:
    targets = {"home": home, "foreign": foreign, "gone": gone, "missing": nobody(404)}
    return Rule(targets, path={"announcement_id": "announcement"}, **more)  # type: ignore[arg-type]


_TOLD = (may(*HOME_READERS), may(*FOREIGN_READERS), nobody(404))
_KEPT = (
    may(*HOME_STAFF, forbidden=HOME_READERS),
    may("foreign_coordinator", forbidden=FOREIGN_READERS),
)

RULES = {
    "list_announcements": signed_in(),
    "create_announcement": Rule(
        {
            "home": may("officer", *HOME_STAFF, others=403),
            "foreign": may("foreign_coordinator", others=403),
            "missing": nobody(404),
        },
        body=_announcement,
    ),
    "get_announcement": _on_announcement(*_TOLD),
    "mark_announcement_read": _on_announcement(*_TOLD),
    "update_announcement": _on_announcement(
        *_KEPT, nobody(404), body=lambda _world, _target: {"title": "장소가 바뀌었습니다"}
    ),
    "withdraw_announcement": _on_announcement(*_KEPT, may(*HOME_STAFF)),
}
