"""Who may do what to become a member, and about those who want to."""

from typing import Any

from tests.factories import client_id
from tests.permissions.rules import EVERYBODY, HOME_STAFF, Json, Rule, may, nobody, public, signed_in
from tests.permissions.world import World

_HOME = (*HOME_STAFF, "operator")
_FOREIGN = ("foreign_coordinator", "operator")


def _application(world: World, target: str) -> Json:
    return {
        "id": client_id(),
        "mini_cluster_id": world.id_of("mini_cluster", target),
        "organisation": {"kind": "company", "name": "㈜새벽정밀"},
        "position": "대표",
        "reason": "함께하고 싶습니다.",
    }


def _keepers(**more: Any) -> Rule:
    """On the roster of a mini-cluster."""
    return Rule(
        {
            "home": may(*HOME_STAFF, others=403),
            "foreign": may("foreign_coordinator", others=403),
            "missing": nobody(404),
        },
        path={"mini_cluster_id": "mini_cluster"},
        **more,
    )


def _on_row() -> Rule:
    """On a person of a roster, of whom others know nothing."""
    return Rule(
        {"home": may(*HOME_STAFF), "foreign": may("foreign_coordinator"), "missing": nobody(404)},
        path={"row_id": "roster_row"},
    )


RULES = {
    "list_my_affiliations": signed_in(),
    "list_my_employer_changes": signed_in(),
    "create_employer_change": signed_in(
        body=lambda _world, _target: {
            "id": client_id(),
            "organisation": {"kind": "company", "name": "㈜새직장"},
            "position": "이사",
        }
    ),
    "list_employer_changes": Rule(
        {"home": may(*_HOME, others=403), "foreign": may(*_FOREIGN, others=403), "missing": nobody(404)},
        path={"mini_cluster_id": "mini_cluster"},
    ),
    "decide_employer_change": Rule(
        {"home": may(*_HOME), "foreign": may(*_FOREIGN), "missing": nobody(404)},
        path={"change_id": "employer_change"},
        body=lambda _world, _target: {"outcome": "accept"},
    ),
    "withdraw_employer_change": Rule(
        {"home": may(forbidden=_HOME), "foreign": may(forbidden=_FOREIGN), "missing": nobody(404)},
        path={"change_id": "employer_change"},
    ),
    # A JSON body is no roster: that the file is looked at shows that the actor was let in.
    "preview_roster": _keepers(accepts=frozenset({422})),
    "import_roster": _keepers(accepts=frozenset({422}), query=lambda _world, _target: {"fingerprint": "0" * 64}),
    "list_roster": _keepers(),
    "export_members": _keepers(),
    "create_roster_invitations": _keepers(body=lambda _world, _target: {"states": ["imported"]}),
    "create_printed_code": _on_row(),
    "delete_roster_row": _on_row(),
    "list_directory": public(),
    # Members of the place are told that they are: 409.
    "create_application": Rule(
        {"home": may(*EVERYBODY), "foreign": may(*EVERYBODY), "missing": nobody(404)},
        body=_application,
        accepts=frozenset({409}),
    ),
    "list_my_applications": signed_in(),
    "list_applications": Rule(
        {"home": may(*_HOME, others=403), "foreign": may(*_FOREIGN, others=403), "missing": nobody(404)},
        path={"mini_cluster_id": "mini_cluster"},
    ),
    "decide_application": Rule(
        {"home": may(*_HOME), "foreign": may(*_FOREIGN), "missing": nobody(404)},
        path={"application_id": "application"},
        body=lambda _world, _target: {"outcome": "admit", "words": "환영합니다."},
    ),
    # None of the actors has made one: those who decide see it, and can't take it back.
    "withdraw_application": Rule(
        {"home": may(forbidden=_HOME), "foreign": may(forbidden=_FOREIGN), "missing": nobody(404)},
        path={"application_id": "application"},
    ),
}
