"""Who may sync: everybody signed in is told what is his."""

from tests.permissions.rules import signed_in

RULES = {
    "get_changes": signed_in(),
}
