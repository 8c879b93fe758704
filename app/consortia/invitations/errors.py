"""What can stand in the way of an invitation."""

from app.core.errors import AppError, Conflict, Forbidden, invalid_field
from app.core.localisation import Text


class InvitationUsed(Conflict):
    """Somebody has accepted it; each is good for one person."""

    code = "invitation_used"
    detail = Text(
        "이미 사용된 초대입니다. 직접 수락하셨다면 로그인해 주세요. 아니라면 새 초대를 요청해 주세요.",
        "It has been used. If it was you, sign in; if not, ask for a new one.",
    )


class InvitationExpired(AppError):
    """Its 72 hours are over."""

    status = 410
    code = "invitation_expired"
    title = Text("초대가 만료되었습니다", "The invitation has expired")
    detail = Text("초대한 분에게 새 초대를 요청해 주세요.", "Ask whoever invited you for a new one.")


class InvitationRevoked(AppError):
    """It was taken back."""

    status = 410
    code = "invitation_revoked"
    title = Text("초대가 취소되었습니다", "The invitation was revoked")
    detail = Text("초대한 분에게 문의해 주세요.", "Ask whoever invited you.")


class InvitationForAnother(Forbidden):
    """It is bound to another e-mail address."""

    code = "invitation_for_another_address"
    detail = Text(
        "다른 이메일 주소로 보낸 초대입니다. 초대받은 주소로 수락해 주세요.",
        "It is meant for another e-mail address; accept it with that one.",
    )


def email_missing() -> AppError:
    """The invitation is not bound to an address, so one must be given."""
    return invalid_field("/body/email", "missing", "이메일 주소를 입력해 주세요.", "Give an e-mail address.")


def said_by_nobody(field: str) -> AppError:
    """Neither the person nor a roster says it."""
    return invalid_field(f"/body/{field}", "missing", "필수 항목입니다.", "This field is required.")


def shared_address() -> AppError:
    """Several people read the mailbox: whoever reads it could sign in as this person."""
    return invalid_field(
        "/body/email",
        "shared_address",
        "여럿이 함께 쓰는 주소로는 로그인할 수 없습니다. 본인만 보는 주소를 적거나 비워 두세요.",
        "Several people share this address; give one of your own, or none.",
    )


def organisation_missing() -> AppError:
    """Not exactly one of the two ways to name an organisation was used."""
    return invalid_field(
        "/body/organisation_id",
        "one_organisation",
        "organisation_id와 organisation 가운데 하나만 보내 주세요.",
        "Send either organisation_id or organisation, not both.",
    )


def unknown_organisation() -> AppError:
    """There is no organisation of this id."""
    return invalid_field(
        "/body/organisation_id",
        "unknown_organisation",
        "없는 기관입니다. 기관 정보를 직접 입력해 주세요.",
        "There is no such organisation; describe it instead.",
    )


def wrong_business_number() -> AppError:
    """The number is not ten digits, or its check digit is wrong."""
    return invalid_field(
        "/body/organisation/business_number",
        "invalid_business_number",
        "사업자등록번호 열 자리를 확인해 주세요. 예: 124-81-00998",
        "Check the ten digits of the business registration number; for example 124-81-00998.",
    )


def size_of_no_company() -> AppError:
    """A size band was given for something that is no company."""
    return invalid_field(
        "/body/organisation/size_band",
        "size_band_of_companies",
        "규모는 기업에만 쓸 수 있습니다. 빼 주세요.",
        "Only companies have a size band; leave it out.",
    )
