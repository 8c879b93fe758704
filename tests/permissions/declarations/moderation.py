"""Who may report, who handles cases, who reads the access log."""

from tests.factories import client_id
from tests.permissions.rules import (
    EVERYBODY,
    FOREIGN_READERS,
    HOME_READERS,
    HOME_STAFF,
    Json,
    Rule,
    may,
    nobody,
    only,
    signed_in,
)
from tests.permissions.world import World

_HOME_HANDLERS = (*HOME_STAFF, "operator")
_FOREIGN_HANDLERS = ("foreign_coordinator", "operator")


def _report(world: World, target: str) -> Json:
    return {"id": client_id(), "idea_id": world.id_of("idea", target), "reason": "abuse", "words": "욕설"}


def _act(world: World, target: str) -> Json:
    return {"id": client_id(), "kind": "lock", "idea_id": world.id_of("idea", target), "words": "다툼"}


def _appeal(_world: World, _target: str) -> Json:
    return {"id": client_id(), "words": "다툼이 아닙니다."}


def _of_consortium(*home: str, **more: object) -> Rule:
    """A route on a consortium for those who look after it; everybody knows that it exists."""
    rule: Rule = Rule(
        {"home": may(*home, others=403), "foreign": may(*_FOREIGN_HANDLERS, others=403), "missing": nobody(404)},
        path={"consortium_id": "consortium"},
        **more,  # type: ignore[arg-type]
    )
    return rule


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
    "list_cases_of_consortium": _of_consortium("coordinator", "operator"),
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
    "create_act": Rule(
        {
            "home": may(*_HOME_HANDLERS, forbidden=HOME_READERS),
            "foreign": may(*_FOREIGN_HANDLERS, forbidden=FOREIGN_READERS),
            # It is withdrawn: those who would moderate it are told so.
            "gone": may(*_HOME_HANDLERS),
            "missing": nobody(404),
        },
        body=_act,
        accepts=frozenset({409}),
    ),
    "create_acts": Rule(
        {"home": may(*_HOME_HANDLERS, others=422), "missing": nobody(422)},
        body=lambda world, target: {"acts": [_act(world, target)]},
    ),
    "create_merge_proposal": Rule(
        {
            "home": may(*_HOME_HANDLERS, forbidden=HOME_READERS),
            "foreign": may(*_FOREIGN_HANDLERS, forbidden=FOREIGN_READERS),
            "gone": may(*_HOME_HANDLERS),
            "missing": nobody(404),
        },
        path={"idea_id": "idea"},
        # Into itself: that this is what is wrong shows that the actor was let in.
        body=lambda world, target: {
            "id": client_id(),
            "into_idea_id": world.id_of("idea", target),
            "note": "같은 내용입니다.",
        },
        accepts=frozenset({409, 422}),
    ),
    "undo_act": Rule(
        {"home": may(*_HOME_HANDLERS), "foreign": may(*_FOREIGN_HANDLERS), "missing": nobody(404)},
        path={"act_id": "act"},
        body=lambda _world, _target: {"words": "끝났습니다."},
    ),
    "list_acts": _of_consortium(*_HOME_HANDLERS),
    "list_pins": Rule({"home": may(*EVERYBODY), "missing": nobody(404)}, path={"mini_cluster_id": "mini_cluster"}),
    "list_my_statements": signed_in(),
    "create_appeal": Rule(
        {"home": may("author"), "foreign": may("foreigner"), "missing": nobody(404)},
        path={"statement_id": "act"},
        body=_appeal,
        accepts=frozenset({409}),  # both have appealed
    ),
    "list_appeals": _of_consortium("coordinator", "operator"),
    "decide_appeal": Rule(
        {
            # Nobody decides about an act of his own.
            "home": may("operator", forbidden={"coordinator"}),
            "foreign": may("operator", forbidden={"foreign_coordinator"}),
            "missing": nobody(404),
        },
        path={"appeal_id": "appeal"},
        body=lambda _world, _target: {"is_granted": True, "words": "확인했습니다."},
    ),
    "get_house_rules": Rule({"home": may(*EVERYBODY), "missing": nobody(404)}, path={"consortium_id": "consortium"}),
    "put_house_rules": _of_consortium(
        "coordinator",
        "operator",
        body=lambda _world, _target: {"rules": [{"text_ko": "존중합니다.", "text_en": "Respect."}]},
    ),
    "get_watch_list": _of_consortium("coordinator", "operator"),
    "put_watch_list": _of_consortium(
        "coordinator",
        "operator",
        body=lambda _world, _target: {"words": ["단가표"], "on_word": "flag", "on_burst": "off", "burst_limit": 5},
    ),
    "get_moderation_figures": Rule(
        {
            "home": may(*HOME_READERS, "operator", others=403),
            "foreign": may(*FOREIGN_READERS, "operator", others=403),
            "missing": nobody(404),
        },
        path={"consortium_id": "consortium"},
    ),
    "get_moderation_log": _of_consortium("coordinator", "operator", query=lambda _world, _target: {"month": "2026-11"}),
    "list_accesses_of_consortium": _of_consortium("coordinator", "operator"),
    "list_accesses": only("operator"),
    "list_my_accesses": signed_in(),
}
