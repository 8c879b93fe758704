"""Who may report, who handles cases, who reads the access log."""

from tests.factories import client_id
from tests.permissions.rules import FOREIGN_READERS, HOME_READERS, HOME_STAFF, Json, Rule, may, nobody, only, signed_in
from tests.permissions.world import World

_HOME_HANDLERS = (*HOME_STAFF, "operator")
_FOREIGN_HANDLERS = ("foreign_coordinator", "operator")


def _report(world: World, target: str) -> Json:
    return {"id": client_id(), "idea_id": world.id_of("idea", target), "reason": "abuse", "words": "욕설"}


def _case(**more: object) -> Rule:
    """A case, of which only those who handle it know."""
    rule: Rule = Rule(
        {"home": may(*_HOME_HANDLERS), "foreign": may(*_FOREIGN_HANDLERS), "missing": nobody(404)},
        path={"case_id": "case"},
        **more,  # type: ignore[arg-type]
    )
    return rule


RULES = {
    "create_report": Rule(
        {
            # Nobody reports himself; the member has reported it already.
            "home": may(*(HOME_READERS - {"author"}), forbidden={"author"}),
            "foreign": may(*FOREIGN_READERS),
            "gone": nobody(404),
            "missing": nobody(404),
        },
        body=_report,
        accepts=frozenset({403, 409}),
    ),
    "list_cases_of_consortium": Rule(
        {
            "home": may("coordinator", "operator", others=403),
            "foreign": may(*_FOREIGN_HANDLERS, others=403),
            "missing": nobody(404),
        },
        path={"consortium_id": "consortium"},
    ),
    "list_cases_of_mini_cluster": Rule(
        {
            "home": may(*_HOME_HANDLERS, others=403),
            "foreign": may(*_FOREIGN_HANDLERS, others=403),
            "missing": nobody(404),
        },
        path={"mini_cluster_id": "mini_cluster"},
    ),
    "get_case": _case(),
    "get_case_idea": _case(),
    "claim_case": _case(),
    "release_case": _case(),
    "close_case": _case(body=lambda _world, _target: {"outcome": "dismissed", "words": "문제없습니다."}),
    "list_accesses_of_consortium": Rule(
        {
            "home": may("coordinator", "operator", others=403),
            "foreign": may(*_FOREIGN_HANDLERS, others=403),
            "missing": nobody(404),
        },
        path={"consortium_id": "consortium"},
    ),
    "list_accesses": only("operator"),
    "list_my_accesses": signed_in(),
}
