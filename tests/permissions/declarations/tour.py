"""Who may do what on the tour of mini-clusters: show and follow them."""

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
    on_visible_idea,
    signed_in,
)
from tests.permissions.world import World


def _of_everybody(**more: object) -> Rule:
    """On a mini-cluster, for everybody signed in."""
    rule: Rule = Rule(
        {"home": may(*EVERYBODY), "foreign": may(*EVERYBODY), "missing": nobody(404)},
        path={"mini_cluster_id": "mini_cluster"},
        **more,  # type: ignore[arg-type]
    )
    return rule


def _of_members() -> Rule:
    """On a mini-cluster that shows itself, for members of any."""
    members = EVERYBODY - {"stranger"}
    return Rule(
        {"home": may(*members), "foreign": may(*members), "missing": nobody(404)},
        path={"mini_cluster_id": "mini_cluster"},
    )


def _of_keepers(**more: object) -> Rule:
    """On a mini-cluster, for its manager and coordinators; everybody knows of it."""
    rule: Rule = Rule(
        {
            "home": may(*HOME_STAFF, others=403),
            "foreign": may("foreign_coordinator", others=403),
            "missing": nobody(404),
        },
        path={"mini_cluster_id": "mini_cluster"},
        **more,  # type: ignore[arg-type]
    )
    return rule


def _profile(_world: World, _target: str) -> Json:
    return {"profile_ko": "소개"}


def _choice(world: World, target: str) -> Json:
    return {"id": client_id(), "idea_id": world.id_of("idea", target), "note": "소개하고 싶습니다."}


def _choices(_world: World, _target: str) -> Json:
    return {"choices": [{"reason": "vote", "inbox": True, "push": False}]}


RULES = {
    "list_showcases": signed_in(),
    "get_showcase": _of_members(),
    "put_showcase": _of_keepers(body=_profile),
    "close_showcase": _of_keepers(),
    "create_showcase_idea": _of_keepers(body=_choice),
    "order_showcase_ideas": _of_keepers(body=lambda _world, _target: {"idea_ids": []}),
    "take_idea_out_of_showcase": on_visible_idea(
        may(*HOME_STAFF, "author", forbidden=HOME_READERS), may(*FOREIGN_READERS), gone=may("author")
    ),
    "follow_mini_cluster": _of_everybody(),
    "unfollow_mini_cluster": _of_everybody(),
    "list_my_mini_cluster_follows": signed_in(),
    "get_mini_cluster_notification_settings": _of_everybody(),
    "put_mini_cluster_notification_settings": _of_everybody(body=_choices),
    "delete_mini_cluster_notification_settings": _of_everybody(),
}
