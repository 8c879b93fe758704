"""Who may sync: everybody signed in is told what is his."""

from tests.permissions.rules import signed_in

RULES = {
    "get_changes": signed_in(),
    "get_events": signed_in(query=lambda _world, _target: {"for_seconds": 0}),
}
