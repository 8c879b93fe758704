"""The second factor, as requests and responses show it."""

from typing import Annotated

from pydantic import Field

from app.identity.sessions.schemas import DeviceInfo
from app.identity.sign_in.schemas import MailedDigits
from app.web.fields import Line, Moment, RequestModel, ResponseModel

_CHALLENGE_EXAMPLE = "isc_4Yp1oVq0mJ8hXk2sT9uWcB6nR3eLzA7dGfH5iKjMxQw"

AnyCode = Annotated[
    Line,
    Field(min_length=6, max_length=32, description="Six digits of the authenticator, or a recovery code", repr=False),
]


class SecondFactorChallenge(ResponseModel):
    """The first factor was right; there is no session yet."""

    challenge_token: str = Field(
        description="Send it to `POST /v1/sessions/second-factor`", examples=[_CHALLENGE_EXAMPLE], repr=False
    )
    expires_at: Moment = Field(description="Until when it is good")


class SecondFactorSignIn(RequestModel):
    """The second step of signing in."""

    challenge_token: Line = Field(
        min_length=1, max_length=200, description="What the first step gave", examples=[_CHALLENGE_EXAMPLE], repr=False
    )
    code: AnyCode = Field(examples=["402917"])
    device: DeviceInfo = Field(description="The installation that signs in")


class SecondFactor(ResponseModel):
    """The second factor of the signed-in person."""

    is_enabled: bool = Field(description="Whether signing in asks for it", examples=[True])
    is_required: bool = Field(description="Whether the person's role asks for one here", examples=[True])
    enabled_at: Moment | None = Field(description="Since when; null if it is not")
    recovery_codes_left: int = Field(description="Recovery codes that were not used", examples=[10])


class TotpEnrolment(ResponseModel):
    """The secret of an authenticator app: shown this once."""

    secret: str = Field(
        description="To be typed in, in base 32", examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"], repr=False
    )
    uri: str = Field(
        description="The same as an address to be shown as a QR code",
        examples=[
            "otpauth://totp/Idea%20Storage:haneul.kim%40example.kr?secret=JBSWY3DPEHPK3PXP&issuer=Idea%20Storage"
        ],
        repr=False,
    )


class TotpConfirmation(RequestModel):
    """A code of the authenticator that was just set up."""

    code: MailedDigits = Field(description="Six digits of the authenticator", repr=False)


class FreshSecondFactor(RequestModel):
    """A code that shows that the person still has the second factor."""

    code: AnyCode = Field(examples=["402917"])


class RecoveryCodes(ResponseModel):
    """Codes that stand in, once each, for a lost authenticator: shown this once."""

    codes: list[str] = Field(
        description="To be printed or written down", examples=[["K7QX-2MFA-P4TZ-6WJD"]], repr=False
    )
