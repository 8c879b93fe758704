"""Who may open which page of the console, and send which form; see ``rules.py`` for how a rule is written.

Pages are named as in the code. Whoever looks after no place at all is forbidden every page, whatever it is about.
"""

from typing import Any

from app.core.ids import new_public_id
from tests.permissions.rules import EVERYBODY, Outcome, Rule, may
from tests.permissions.world import World

LOOKS_AFTER = frozenset({"manager", "coordinator", "foreign_coordinator", "operator"})
LAY = EVERYBODY - LOOKS_AFTER
PUBLIC = {
    "show_sign_in",
    "sign_in",
    "sign_in_by_code",
    "sign_in_by_second_factor",
    "sign_out",
    "choose_language",
}
"""Pages for people who are not signed in, or don't mind who is."""

_HOME = ("manager", "coordinator", "operator")
_ABROAD = ("foreign_coordinator", "operator")


def _staff(*allowed: str, others: int = 403) -> Outcome:
    return may(*allowed, forbidden=LAY, others=others)


def _of(kind: str, *home: str, others: int = 403, **more: Any) -> Rule:
    """A page about a place, or about something that only those who handle it know of."""
    name = {"consortium": "consortium_id", "mini_cluster": "mini_cluster_id", "case": "case_id"}[kind]
    targets = {
        "home": _staff(*home, others=others),
        "foreign": _staff(*_ABROAD, others=others),
        "missing": may(forbidden=LAY),
    }
    return Rule(targets, path={name: kind}, **more)


def _case(**more: Any) -> Rule:
    return _of("case", *_HOME, others=404, **more)


def _words(_world: World, _target: str) -> dict[str, str]:
    return {"words": "단가가 적혀 있습니다."}


def _act(world: World, target: str, kind: str = "lock") -> dict[str, str]:
    return {"id": str(new_public_id()), "kind": kind, **_words(world, target)}


RULES: dict[str, Rule] = {
    "show_home": Rule({"any": _staff(*LOOKS_AFTER)}),
    "show_cases_of_consortium": _of("consortium", "coordinator", "operator"),
    "show_cases_of_mini_cluster": _of("mini_cluster", *_HOME),
    "act_on_cases_of_consortium": _of(
        "consortium",
        # What counts is who handles the case, not from which queue it was chosen: others learn nothing of it.
        *_HOME,
        others=404,
        body=lambda world, target: {"case": world.id_of("case", target), **_words(world, target)},
    ),
    "act_on_cases_of_mini_cluster": _of(
        "mini_cluster",
        *_HOME,
        others=404,
        body=lambda world, target: {"case": world.id_of("case", target), **_words(world, target)},
    ),
    "show_case": _case(),
    "show_case_idea": _case(),
    "claim_case": _case(),
    "release_case": _case(),
    "close_case": _case(body=lambda world, target: {"outcome": "dismissed", **_words(world, target)}),
    "act_on_case": _case(body=_act),
    "act_on_author_of_case": Rule(
        {
            "home": may("coordinator", "operator", forbidden=LAY | {"manager"}),
            "foreign": _staff(*_ABROAD, others=404),
            "missing": may(forbidden=LAY),
        },
        path={"case_id": "case"},
        body=lambda world, target: _act(world, target, "warn"),
    ),
    "show_log": _of("consortium", *_HOME),
    "undo_act_of_log": _of(
        "consortium",
        *_HOME,
        others=404,
        body=lambda world, target: {"act": world.id_of("act", target), **_words(world, target)},
    ),
    "get_log_as_csv": _of("consortium", "coordinator", "operator", query=lambda _world, _target: {"month": "2026-11"}),
    "show_appeals": _of("consortium", "coordinator", "operator"),
    "decide_appeal_of_list": Rule(
        {
            "home": may("operator", forbidden=LAY | {"coordinator"}),
            "foreign": may("operator", forbidden=LAY | {"foreign_coordinator"}),
            "missing": may(forbidden=LAY),
        },
        path={"consortium_id": "consortium"},
        body=lambda world, target: {
            "appeal": world.id_of("appeal", target),
            "is_granted": "true",
            **_words(world, target),
        },
    ),
    "show_mini_clusters": Rule(
        {"home": _staff(*LOOKS_AFTER), "foreign": _staff(*LOOKS_AFTER), "missing": may(forbidden=LAY)},
        path={"consortium_id": "consortium"},
    ),
    "show_members": Rule(
        {
            "home": _staff("manager", "coordinator", others=403),
            "foreign": _staff("foreign_coordinator", others=403),
            "missing": may(forbidden=LAY),
        },
        path={"mini_cluster_id": "mini_cluster"},
    ),
}
"""By the name of the function that answers."""
