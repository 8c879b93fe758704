"""Whether a request for an act makes sense, whatever it is done to."""

from app.core.errors import invalid_field
from app.models.moderation import ACTS_ON_MEMBERS, ActKind
from app.moderation.acts.schemas import ActCreate


def check_request(request: ActCreate) -> None:
    """Let a request pass whose fields go together.

    :raises Invalid: they do not.
    """
    if sum(target is not None for target in (request.idea_id, request.comment_id, request.member_id)) != 1:
        raise invalid_field(
            "/body/idea_id",
            "one_target",
            "idea_id, comment_id, member_id 중 하나만 보내 주세요.",
            "Send exactly one of idea_id, comment_id and member_id.",
        )
    if request.comment_id is not None and request.kind is not ActKind.HIDE:
        raise invalid_field(
            "/body/kind", "not_for_comments", "댓글은 숨기기만 할 수 있습니다.", "A comment can only be hidden."
        )
    if (request.kind in ACTS_ON_MEMBERS) != (request.member_id is not None):
        raise invalid_field(
            "/body/kind",
            "not_for_this",
            "note, warn, suspend는 회원에게만 할 수 있습니다.",
            "`note`, `warn` and `suspend` are for members, and nothing else is.",
        )
    _check_details(request)


def _check_details(request: ActCreate) -> None:
    """What comes with some kinds only."""
    on_member = request.member_id is not None
    fitting = {
        "tags": (request.kind is ActKind.RETAG) == (request.tags is not None),
        "into_idea_id": (request.kind is ActKind.MERGE) == (request.into_idea_id is not None),
        "consortium_id": on_member == (request.consortium_id is not None),
        "until": request.until is None or request.kind is ActKind.SUSPEND,
        "case_id": request.case_id is None or not on_member,
    }
    for name, fits in fitting.items():
        if not fits:
            raise invalid_field(
                f"/body/{name}",
                "does_not_fit_kind",
                "이 조치에 맞지 않거나 꼭 필요한 항목입니다.",
                "It does not go with this kind of act, or is needed for it.",
            )
