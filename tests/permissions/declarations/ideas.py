"""Who may do what to ideas, comments, votes, feeds."""

from typing import Any

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
    only,
    readers_of_ideas,
    signed_in,
)
from tests.permissions.world import World

_HOME_AUTHOR = may("author", forbidden=HOME_READERS)
_FOREIGN_AUTHOR = may("foreigner", forbidden=FOREIGN_READERS)
_OWN_THOUGH_GONE = may("author")
_STAFF = frozenset({"coordinator", "foreign_coordinator", "operator"})


def _new_idea(world: World, target: str) -> Json:
    place = world.id_of("mini_cluster", target)
    return {"id": client_id(), "mini_cluster_id": place, "title": "제목", "body": "본문"}


def _new_comment(_world: World, _target: str) -> Json:
    return {"id": client_id(), "body": "댓글"}


def _state(_world: World, _target: str) -> Json:
    return {"state": "chosen", "note": "축하드립니다."}


def _proposal(_world: World, _target: str) -> Json:
    return {"id": client_id(), "visibility": "consortium", "note": "제안합니다."}


def _on_invitation(**more: Any) -> Rule:
    """A route on an expert of an idea, for its author only."""
    return Rule(
        {
            "home": _HOME_AUTHOR,
            "foreign": _FOREIGN_AUTHOR,
            "gone": _OWN_THOUGH_GONE,
            "named": may("author", forbidden={"member"}),
            "missing": nobody(404),
        },
        path={"idea_id": "idea", "account_id": "invitable"},
        **more,
    )


RULES = {
    "get_home_feed": signed_in(),
    "get_open_feed": signed_in(),
    "get_invited_feed": signed_in(),
    "list_experts": only(*(EVERYBODY - {"stranger"})),
    "put_expert": Rule(
        {"home": may(*_STAFF, others=403), "missing": may(forbidden=EVERYBODY - _STAFF)},
        path={"account_id": "expert"},
        body=lambda _world, _target: {"field": "금형 설계"},
    ),
    "delete_expert": Rule(
        {
            "gone": may(*_STAFF, others=403),
            "home": may(*_STAFF, others=403),
            "missing": may(forbidden=EVERYBODY - _STAFF),
        },
        path={"account_id": "expert"},
    ),
    "list_idea_experts": on_visible_idea(_HOME_AUTHOR, _FOREIGN_AUTHOR, gone=_OWN_THOUGH_GONE),
    # Into a withdrawn idea nobody is invited any more.
    "put_idea_expert": _on_invitation(accepts=frozenset({409})),
    "delete_idea_expert": _on_invitation(),
    "get_consortium_feed": Rule(
        {"home": may(*EVERYBODY), "missing": nobody(404)}, path={"consortium_id": "consortium"}
    ),
    "get_mini_cluster_feed": Rule(
        {"home": may(*EVERYBODY), "missing": nobody(404)},
        path={"mini_cluster_id": "mini_cluster"},
    ),
    "cast_vote": on_visible_idea(
        may(*(HOME_READERS - {"author"}), forbidden={"author"}),
        may("foreign_coordinator", forbidden={"foreigner"}),
        gone=may(forbidden={"author"}),
    ),
    "withdraw_vote": on_visible_idea(
        may(*(HOME_READERS - {"author"}), forbidden={"author"}),
        may("foreign_coordinator", forbidden={"foreigner"}),
        gone=may(forbidden={"author"}),
    ),
    # A wrong mini-cluster is a wrong field: which exist is no secret, so that is one answer for both.
    "create_idea": Rule(
        {
            "home": may(*HOME_READERS, others=422),
            "foreign": may(*FOREIGN_READERS, others=422),
            "missing": nobody(422),
        },
        body=_new_idea,
    ),
    "get_idea": Rule(
        {
            "home": may(*HOME_READERS),
            "foreign": may(*FOREIGN_READERS),
            "gone": _OWN_THOUGH_GONE,
            "named": may("author", "member"),
            "missing": nobody(404),
        },
        path={"idea_id": "idea"},
    ),
    "update_idea": on_visible_idea(
        _HOME_AUTHOR,
        _FOREIGN_AUTHOR,
        gone=_OWN_THOUGH_GONE,
        body=lambda _world, _target: {"title": "새 제목"},
        accepts=frozenset({409}),
    ),
    "delete_draft": on_visible_idea(_HOME_AUTHOR, _FOREIGN_AUTHOR, gone=_OWN_THOUGH_GONE, accepts=frozenset({409})),
    "publish_idea": Rule(
        {"home": may("author"), "foreign": may("foreigner"), "missing": nobody(404)}, path={"idea_id": "draft"}
    ),
    "withdraw_idea": on_visible_idea(_HOME_AUTHOR, _FOREIGN_AUTHOR, gone=_OWN_THOUGH_GONE),
    "list_idea_revisions": readers_of_ideas(gone=_OWN_THOUGH_GONE),
    "list_idea_reads": on_visible_idea(_HOME_AUTHOR, _FOREIGN_AUTHOR, gone=_OWN_THOUGH_GONE),
    "list_my_ideas": signed_in(),
    "follow_idea": readers_of_ideas(),
    "unfollow_idea": readers_of_ideas(),
    "mute_idea": readers_of_ideas(),
    "mark_idea_read": readers_of_ideas(),
    "list_idea_states": readers_of_ideas(gone=_OWN_THOUGH_GONE),
    "put_idea_state": on_visible_idea(
        may("coordinator", forbidden=HOME_READERS),
        may("foreign_coordinator", forbidden=FOREIGN_READERS),
        gone=may(forbidden={"author"}),
        body=_state,
    ),
    "create_audience_proposal": on_visible_idea(
        may(*HOME_STAFF, forbidden=HOME_READERS),
        may("foreign_coordinator", forbidden=FOREIGN_READERS),
        gone=may(forbidden={"author"}),
        body=_proposal,
    ),
    "list_audience_proposals": on_visible_idea(
        may(*HOME_STAFF, "author", forbidden=HOME_READERS), may(*FOREIGN_READERS), gone=_OWN_THOUGH_GONE
    ),
    "list_my_audience_proposals": signed_in(),
    "decide_audience_proposal": Rule(
        {"home": may("author"), "foreign": may("foreigner"), "missing": nobody(404)},
        path={"proposal_id": "proposal"},
        body=lambda _world, _target: {"granted": True},
    ),
    "delete_audience_proposal": Rule(
        {"home": may(*HOME_STAFF), "foreign": may("foreign_coordinator"), "missing": nobody(404)},
        path={"proposal_id": "proposal"},
    ),
    "get_audience": Rule(
        {
            "home": may(*HOME_READERS, others=403),
            "foreign": may(*FOREIGN_READERS, others=403),
            "missing": nobody(404),
        },
        path={"mini_cluster_id": "mini_cluster"},
    ),
    "list_comments": readers_of_ideas(gone=_OWN_THOUGH_GONE),
    "create_comment": readers_of_ideas(gone=_OWN_THOUGH_GONE, body=_new_comment, accepts=frozenset({409})),
    "get_comment": Rule(
        {
            "home": may(*HOME_READERS),
            "foreign": may(*FOREIGN_READERS),
            "gone": may("author"),
            "missing": nobody(404),
        },
        path={"comment_id": "comment"},
    ),
    "list_replies": Rule(
        {
            "home": may(*HOME_READERS),
            "foreign": may(*FOREIGN_READERS),
            "gone": may("author"),
            "missing": nobody(404),
        },
        path={"comment_id": "comment"},
    ),
    "update_comment": Rule(
        {
            "home": _HOME_AUTHOR,
            "foreign": _FOREIGN_AUTHOR,
            # The author of the withdrawn idea still reads its thread; the comment is somebody else's.
            "gone": may(forbidden={"author"}),
            "missing": nobody(404),
        },
        path={"comment_id": "comment"},
        body=lambda _world, _target: {"body": "고친 댓글"},
    ),
    "delete_comment": Rule(
        {
            "home": _HOME_AUTHOR,
            "foreign": _FOREIGN_AUTHOR,
            "gone": may(forbidden={"author"}),
            "missing": nobody(404),
        },
        path={"comment_id": "comment"},
    ),
}
