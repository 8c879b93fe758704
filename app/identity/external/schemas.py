"""Identities elsewhere, as requests and responses show them."""

from typing import Annotated

from pydantic import Field

from app.identity.sessions.schemas import DeviceInfo
from app.web.fields import Line, Moment, RequestModel, ResponseModel
from app.web.optional import Optional

ProviderName = Annotated[
    Line,
    Field(
        min_length=1, max_length=40, description="One of `identity_providers` in `GET /v1/config`", examples=["google"]
    ),
]
IdToken = Annotated[
    Line,
    Field(
        min_length=1,
        max_length=8192,
        description="The ID token (JWT) that the provider gave the app",
        examples=["eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJodHRwcyJ9.c2lnbmF0dXJl"],
        repr=False,
    ),
]
Nonce = Annotated[
    Line,
    Field(
        min_length=8,
        max_length=200,
        description="What the app had the provider put into the token as `nonce`; left out with Firebase",
        examples=["b7d1f0a2c94e4d5c"],
    ),
]


class IdTokenSignIn(RequestModel):
    """Signing in by an ID token."""

    provider: ProviderName
    id_token: IdToken
    nonce: Optional[Nonce] = Field(None, repr=False)
    device: DeviceInfo = Field(description="The installation that signs in")


class IdentityLink(RequestModel):
    """An identity elsewhere to be linked."""

    id_token: IdToken
    nonce: Optional[Nonce] = Field(None, repr=False)


class Identity(ResponseModel):
    """An identity elsewhere by which the person can sign in."""

    provider: str = Field(description="Name of the provider, or its issuer once it is not offered", examples=["google"])
    linked_at: Moment = Field(description="Since when")


class Identities(ResponseModel):
    """All identities elsewhere of the person."""

    items: list[Identity] = Field(description="At most one of each provider, the oldest first")
