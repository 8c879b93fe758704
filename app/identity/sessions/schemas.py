"""Sessions and their tokens as requests and responses show them."""

import uuid
from typing import Annotated

from pydantic import Field

from app.models.notifications import Platform
from app.web.fields import Line, Moment, RequestModel, ResponseModel
from app.web.optional import Optional

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_TOKEN_EXAMPLE = "isr_4Yp1oVq0mJ8hXk2sT9uWcB6nR3eLzA7dGfH5iKjMxQw"

InstallationId = Annotated[
    str,
    Field(
        min_length=8,
        max_length=64,
        pattern=r"^[A-Za-z0-9._:-]+$",
        description="Made by the app when it is installed, and kept; a retried refresh is honoured only with the same",
        examples=["4c7f0b9e-55a1-4b7e-9d57-0c6a1f1f4a3d"],
    ),
]


class DeviceInfo(RequestModel):
    """The installation of an app that signs in."""

    installation_id: InstallationId
    name: Line = Field(
        min_length=1, max_length=80, description="Shown in the person's list of sessions", examples=["Galaxy S26"]
    )
    platform: Optional[Platform] = Field(None, description="What the app runs on", examples=["android"])
    app_version: Optional[Annotated[Line, Field(min_length=1, max_length=32)]] = Field(
        None, description="Version of the app", examples=["1.4.0"]
    )


class RefreshRequest(RequestModel):
    """A refresh token, given for new tokens."""

    refresh_token: Line = Field(
        min_length=1, max_length=200, description="The refresh token", examples=[_TOKEN_EXAMPLE], repr=False
    )
    installation_id: InstallationId


class SessionTokens(ResponseModel):
    """The tokens of a session: shown this once."""

    access_token: str = Field(
        description="Send it as `Authorization: Bearer …`",
        examples=["isa_9hXk2sT9uWcB6nR3eLzA7dGfH5iKjMxQw4Yp1oVq0mJ"],
        repr=False,
    )
    access_expires_at: Moment = Field(description="When the access token ends: refresh it before")
    refresh_token: str = Field(
        description="Good for one refresh. Keep it in the phone's key store.", examples=[_TOKEN_EXAMPLE], repr=False
    )
    refresh_expires_at: Moment = Field(description="When the refresh token ends, unless it is used before")
    session_id: uuid.UUID = Field(description="The session", examples=[_EXAMPLE_ID])


class MySession(ResponseModel):
    """A session of the signed-in person."""

    id: uuid.UUID = Field(description="The session", examples=[_EXAMPLE_ID])
    device_name: str = Field(description="The device, as it named itself", examples=["Galaxy S26"])
    created_at: Moment = Field(description="When it began")
    last_seen_at: Moment = Field(description="When it was refreshed last")
    expires_at: Moment = Field(description="When it ends, whatever happens")
    is_current: bool = Field(description="Whether this request was made in it", examples=[True])


class MySessionPage(ResponseModel):
    """A page of sessions, the newest first."""

    items: list[MySession] = Field(description="Sessions that are alive")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
