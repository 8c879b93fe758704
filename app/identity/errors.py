"""What signing in and keeping a session may be answered with."""

from app.core.errors import AppError, Conflict
from app.core.localisation import Text

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="idea-storage"'}


class SignInRefused(AppError):
    """E-mail and password do not fit; whether the address is known is not said."""

    status = 401
    code = "sign_in_refused"
    title = Text("로그인할 수 없습니다", "Sign-in refused")
    detail = Text(
        "이메일 또는 비밀번호가 올바르지 않습니다. 메일로 받는 코드로도 로그인할 수 있습니다.",
        "E-mail or password is wrong. You can also sign in by a code sent by mail.",
    )

    def __init__(self) -> None:
        super().__init__(headers=_CHALLENGE)


class CodeRefused(SignInRefused):
    """The code is wrong, and may be tried again."""

    code = "sign_in_code_refused"
    detail = Text("코드가 올바르지 않습니다. 메일을 확인해 주세요.", "The code is wrong; look at the mail again.")


class CodeSpent(SignInRefused):
    """The code was used, has expired, was tried too often, or never was."""

    code = "sign_in_code_spent"
    detail = Text(
        "더 이상 쓸 수 없는 코드입니다. 새 코드를 요청해 주세요.",
        "This code can't be used any more; request a new one.",
    )


class ResetRefused(SignInRefused):
    """The code of a reset is wrong, and may be tried again."""

    code = "password_reset_refused"
    title = Text("비밀번호를 바꿀 수 없습니다", "The password can't be reset")
    detail = Text("코드가 올바르지 않습니다. 메일을 확인해 주세요.", "The code is wrong; look at the mail again.")


class ResetSpent(ResetRefused):
    """The code of a reset was used, has expired, was tried too often, or never was."""

    code = "password_reset_spent"
    detail = Text(
        "더 이상 쓸 수 없는 코드입니다. 새 코드를 요청해 주세요.",
        "This code can't be used any more; request a new one.",
    )


class SecondFactorRefused(SignInRefused):
    """The code of the second step is wrong, or was used before."""

    code = "second_factor_refused"
    detail = Text(
        "코드가 올바르지 않거나 이미 쓰였습니다. 인증 앱의 새 코드를 입력해 주세요.",
        "The code is wrong, or was used before; enter a new one of the authenticator.",
    )


class ChallengeSpent(SignInRefused):
    """The second step came too late, too often, or without a first one."""

    code = "sign_in_challenge_spent"
    detail = Text("처음부터 다시 로그인해 주세요.", "Sign in again from the beginning.")


class IdTokenRefused(SignInRefused):
    """The ID token is not a good one of that provider, for this app and this sign-in."""

    code = "id_token_refused"
    detail = Text(
        "제공자의 토큰을 확인할 수 없습니다. 다시 로그인하거나, 메일로 받는 코드로 로그인해 주세요.",
        "The provider's token can't be verified. Try again, or sign in by a code sent by mail.",
    )


class PasskeyRefused(SignInRefused):
    """The passkey is unknown, or what it signed is not what it was to sign."""

    code = "passkey_refused"
    detail = Text(
        "패스키를 확인할 수 없습니다. 다시 시도하거나, 메일로 받는 코드로 로그인해 주세요.",
        "The passkey can't be verified. Try again, or sign in by a code sent by mail.",
    )


class PasskeyChallengeSpent(PasskeyRefused):
    """The challenge was used, has expired, or never was."""

    code = "passkey_challenge_spent"
    detail = Text("시간이 지났습니다. 처음부터 다시 시도해 주세요.", "It took too long; begin again.")


class RefreshRefused(SignInRefused):
    """The refresh token is unknown, expired, used before, or of a session that has ended."""

    code = "refresh_refused"
    detail = Text("세션이 끝났습니다. 다시 로그인해 주세요.", "The session is over; sign in again.")


class TooManyTries(AppError):
    """A limit on trying credentials or asking for codes is reached."""

    status = 429
    code = "too_many_tries"
    title = Text("시도가 너무 많습니다", "Too many tries")
    detail = Text("{seconds}초 뒤에 다시 시도해 주세요.", "Try again in {seconds} seconds.")

    def __init__(self, seconds: int) -> None:
        super().__init__(headers={"Retry-After": str(seconds)}, seconds=seconds)


class HashingBusy(AppError):
    """More passwords wait to be hashed than can be in a short time."""

    status = 503
    code = "sign_in_busy"
    title = Text("잠시 후 다시 시도해 주세요", "Please try again shortly")
    detail = Text("로그인 요청이 몰려 있습니다.", "Many people are signing in at this moment.")

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "2"})


class SuspendedHere(AppError):
    """The consortium keeps this person out for now, or for good."""

    status = 403
    code = "suspended_here"
    title = Text("활동이 정지되었습니다", "Suspended here")
    detail = Text(
        "이 클러스터에서 활동이 정지되어 글을 쓰거나 추천할 수 없습니다. 사유는 조치 안내에서 볼 수 있습니다.",
        "You are suspended in this consortium: no posts, comments or votes. The statement of reasons tells why.",
    )


class EmailTaken(Conflict):
    """Another account has this address."""

    code = "email_taken"
    detail = Text(
        "이미 계정이 있는 이메일입니다. 그 계정으로 로그인해 주세요.",
        "This address already has an account; sign in with it.",
    )


class EmailChangeSpent(AppError):
    """A change of address was made, has expired, was tried too often, or the address has changed otherwise."""

    status = 410
    code = "email_change_spent"
    title = Text("더 이상 쓸 수 없는 코드입니다", "These codes can't be used any more")
    detail = Text("이메일 변경을 다시 요청해 주세요.", "Ask for the change of address again.")


class TermsRequired(AppError):
    """The person has not consented to the present terms of use."""

    status = 403
    code = "terms_required"
    title = Text("약관 동의가 필요합니다", "Consent to the terms is needed")
    detail = Text(
        "현재 약관에 동의해야 쓸 수 있습니다. 약관을 보여 주고 `PUT /v1/me/terms`로 동의를 보내 주세요.",
        "The present terms wait for consent: show them, and send it with `PUT /v1/me/terms`.",
    )


class SecondFactorRequired(AppError):
    """The person's role needs a second factor, and there is none yet."""

    status = 403
    code = "second_factor_required"
    title = Text("2단계 인증이 필요합니다", "A second factor is needed")
    detail = Text(
        "코디네이터와 운영자는 2단계 인증을 켜야 합니다. `POST /v1/me/second-factor/totp`로 시작해 주세요.",
        "Coordinators and operators need a second factor: begin with `POST /v1/me/second-factor/totp`.",
    )


class SecondFactorEnabled(Conflict):
    """There is a second factor in force."""

    code = "second_factor_enabled"
    detail = Text(
        "2단계 인증이 이미 켜져 있습니다. 바꾸려면 먼저 꺼 주세요.", "A second factor is in force; remove it first."
    )


class NoSecondFactor(Conflict):
    """There is no second factor."""

    code = "no_second_factor"
    detail = Text("2단계 인증이 켜져 있지 않습니다.", "There is no second factor; set one up first.")


class InvitationNeeded(AppError):
    """The identity is good, and nobody here has it or its address."""

    status = 403
    code = "invitation_needed"
    title = Text("초대가 필요합니다", "An invitation is needed")
    detail = Text(
        "연결된 계정이 없습니다. 미니클러스터 관리자에게 초대를 요청하거나, 계정의 이메일로 로그인한 뒤 연결해 주세요.",
        "No account is linked. Ask the manager of your mini-cluster for an invitation, or sign in by the address of"
        " your account and link it.",
    )


class IdentityTaken(Conflict):
    """The identity elsewhere belongs to another account."""

    code = "identity_taken"
    detail = Text("이미 다른 계정에 연결되어 있습니다.", "It is linked to another account.")


class IdentityExists(Conflict):
    """The account is linked to another identity of the same provider."""

    code = "identity_exists"
    detail = Text(
        "이 제공자의 다른 계정이 연결되어 있습니다. 먼저 연결을 끊어 주세요.",
        "Another identity of this provider is linked; unlink it first.",
    )


class PasskeyRegistrationSpent(AppError):
    """The challenge of a registration was used, has expired, or never was."""

    status = 410
    code = "passkey_challenge_spent"
    title = Text("등록할 수 없습니다", "The passkey can't be registered")
    detail = Text("시간이 지났습니다. 처음부터 다시 시도해 주세요.", "It took too long; begin again.")


class PasskeyTaken(Conflict):
    """The passkey is registered already."""

    code = "passkey_taken"
    detail = Text("이미 등록된 패스키입니다.", "This passkey is registered already.")


class TooManyPasskeys(Conflict):
    """The account has as many passkeys as one may have."""

    code = "too_many_passkeys"
    detail = Text(
        "패스키는 {most}개까지 등록할 수 있습니다. 쓰지 않는 것을 지워 주세요.",
        "An account has at most {most} passkeys; delete one that is not in use.",
    )


class ProviderUnavailable(AppError):
    """The provider of an identity can't be asked for its keys now."""

    status = 503
    code = "provider_unavailable"
    title = Text("잠시 후 다시 시도해 주세요", "Please try again shortly")
    detail = Text(
        "로그인 제공자가 응답하지 않습니다. 메일로 받는 코드로도 로그인할 수 있습니다.",
        "The provider does not answer. You can also sign in by a code sent by mail.",
    )

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "5"})
