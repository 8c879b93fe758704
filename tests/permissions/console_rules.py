"""Who may open which page of the console, and send which form; see ``rules.py`` for how a rule is written.

Pages are named as in the code. Whoever looks after no place at all is forbidden every page, whatever it is about.
"""

from datetime import timedelta
from typing import Any

from app.core.clock import now, seoul_date
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


def _keepers(**more: Any) -> Rule:
    return Rule(
        {
            "home": _staff("manager", "coordinator"),
            "foreign": _staff("foreign_coordinator"),
            "missing": may(forbidden=LAY),
        },
        path={"mini_cluster_id": "mini_cluster"},
        **more,
    )


def _known_place(kind: str) -> Rule:
    """That a place exists everybody knows; what of it a person is shown depends on him."""
    targets = {"home": _staff(*LOOKS_AFTER), "foreign": _staff(*LOOKS_AFTER), "missing": may(forbidden=LAY)}
    return Rule(targets, path={f"{kind}_id": kind})


def _of_coordinators(kind: str, *home: str) -> Rule:
    """Announcing, which operators leave to those who know the place."""
    targets = {"home": _staff(*home), "foreign": _staff("foreign_coordinator"), "missing": may(forbidden=LAY)}
    return Rule(targets, path={f"{kind}_id": kind}, body=_announcement)


def _announcement(_world: World, _target: str) -> dict[str, str]:
    day = seoul_date(now() + timedelta(days=7))
    return {"id": str(new_public_id()), "title": "정기 교류회", "body": "모입니다.", "valid_until": str(day)}


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
    "show_mini_clusters": _known_place("consortium"),
    "show_figures_of_consortium": _of("consortium", "coordinator", "operator"),
    "show_figures_of_mini_cluster": _of("mini_cluster", *_HOME),
    "get_figures_file": _of("consortium", "coordinator", "operator"),
    "show_applications": _of("mini_cluster", *_HOME),
    "decide_application_of_list": _of(
        "mini_cluster",
        *_HOME,
        others=404,
        body=lambda world, target: {
            "application": world.id_of("application", target),
            "outcome": "admit",
            **_words(world, target),
        },
    ),
    "show_invitations": _of("mini_cluster", *_HOME),
    "invite": _of("mini_cluster", *_HOME, body=lambda _world, _target: {"id": str(new_public_id()), "role": "member"}),
    "revoke_invitation_of_list": _of(
        "mini_cluster", *_HOME, others=404, body=lambda world, target: {"invitation": world.id_of("invitation", target)}
    ),
    "show_roster": _keepers(),
    # What is sent is no roster: that it was looked at shows that the actor was let in.
    "preview_roster_of_form": _keepers(body=lambda _world, _target: {"rows": "가"}, accepts=frozenset({422})),
    "import_roster_of_form": _keepers(body=lambda _world, _target: {"rows": "가"}, accepts=frozenset({422})),
    "show_announcements_of_consortium": _known_place("consortium"),
    "show_announcements_of_mini_cluster": _known_place("mini_cluster"),
    "announce_to_consortium": _of_coordinators("consortium", "coordinator"),
    "announce_to_mini_cluster": _of_coordinators("mini_cluster", "manager", "coordinator"),
    "change_member": _keepers(body=lambda world, target: {"member": world.id_of("account", target), "role": "chair"}),
    "act_on_member_of_list": Rule(
        {
            "home": _staff("coordinator", "operator", others=403),
            "foreign": _staff(*_ABROAD, others=403),
            "missing": may(forbidden=LAY),
        },
        path={"mini_cluster_id": "mini_cluster"},
        body=lambda world, target: {"member": world.id_of("account", target), **_act(world, target, "warn")},
    ),
    "show_members": _keepers(),
}
"""By the name of the function that answers."""
