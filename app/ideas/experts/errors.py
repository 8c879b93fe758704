"""What may stand in the way of inviting an expert."""

from app.core.errors import AppError, Conflict, invalid_field
from app.core.localisation import Text

MAX_EXPERTS = 20


class TooManyExperts(Conflict):
    """The idea has as many experts as one may invite."""

    code = "too_many_experts"
    detail = Text(
        f"전문가는 {MAX_EXPERTS}명까지 초대할 수 있습니다. 먼저 다른 전문가의 초대를 취소해 주세요.",
        f"At most {MAX_EXPERTS} experts can be invited; take another one's invitation back first.",
    )


def oneself() -> AppError:
    """An author who is an expert sees his idea anyway."""
    return invalid_field(
        "/path/account_id",
        "cannot_invite_oneself",
        "작성자는 언제나 볼 수 있습니다. 다른 전문가를 초대해 주세요.",
        "The author always sees it; invite another expert.",
    )


def of_excluded_organisation() -> AppError:
    """The author excluded the organisation this expert works for."""
    return invalid_field(
        "/path/account_id",
        "excluded_organisation",
        "제외한 기관에 소속된 전문가입니다. 다른 전문가를 초대하거나 제외를 해제해 주세요.",
        "This expert works for an organisation you excluded; invite another one, or exclude it no more.",
    )
