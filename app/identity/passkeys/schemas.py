"""Passkeys as requests and responses show them.

What goes to an authenticator and what comes from it is JSON as text, as the platforms' functions take and give it
(``PublicKeyCredential.parseRequestOptionsFromJSON`` and ``toJSON``, ``GetPublicKeyCredentialOption`` of Android).
"""

import uuid
from typing import Annotated

from pydantic import Field

from app.identity.reauthentication.schemas import Proof
from app.identity.sessions.schemas import DeviceInfo
from app.web.fields import Line, Moment, MultilineText, RequestModel, ResponseModel

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_NAME_LENGTH = 80

Credential = Annotated[
    MultilineText,
    Field(
        min_length=2,
        max_length=8_192,
        description="What the authenticator answered, as JSON text",
        examples=['{"id": "AbC…", "rawId": "AbC…", "type": "public-key", "response": {}}'],
    ),
]
PasskeyName = Annotated[
    Line,
    Field(min_length=1, max_length=_NAME_LENGTH, description="By which the person knows it", examples=["Galaxy S26"]),
]


class PasskeyChallengeRequest(Proof):
    """A wish to register a passkey, by somebody who shows again who he is."""


class PasskeyChallenge(ResponseModel):
    """What an authenticator is to sign."""

    id: uuid.UUID = Field(description="Send it along with the answer", examples=[_EXAMPLE_ID])
    expires_at: Moment = Field(description="Until when it is good; once")
    options: str = Field(
        description="For the authenticator, as JSON text: give it to the platform as it is",
        examples=['{"challenge": "mUq1S0pbXmhvbWUiLDE3", "rpId": "example.kr", "userVerification": "required"}'],
    )


class PasskeyRegistration(RequestModel):
    """A new passkey."""

    challenge_id: uuid.UUID = Field(description="The challenge it answers", examples=[_EXAMPLE_ID])
    credential: Credential = Field(repr=False)
    name: PasskeyName


class PasskeyUpdate(RequestModel):
    """Another name."""

    name: PasskeyName


class PasskeySignIn(RequestModel):
    """Signing in by a passkey."""

    challenge_id: uuid.UUID = Field(description="The challenge it answers", examples=[_EXAMPLE_ID])
    credential: Credential = Field(repr=False)
    device: DeviceInfo = Field(description="The installation that signs in")


class Passkey(ResponseModel):
    """A passkey of the signed-in person."""

    id: uuid.UUID = Field(description="The passkey", examples=[_EXAMPLE_ID])
    name: str = Field(description="By which the person knows it", examples=["Galaxy S26"])
    created_at: Moment = Field(description="When it was registered")
    last_used_at: Moment | None = Field(description="When it signed in last; null if it never did")


class Passkeys(ResponseModel):
    """All passkeys of the person."""

    items: list[Passkey] = Field(description="The oldest first")
