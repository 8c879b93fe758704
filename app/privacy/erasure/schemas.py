"""An erasure that waits, as requests and responses show it."""

from pydantic import Field

from app.identity.reauthentication.schemas import Proof
from app.web.fields import Moment, ResponseModel


class ErasureRequest(Proof):
    """A wish to be erased, by the person himself."""


class MyErasure(ResponseModel):
    """Whether my account is going to be erased."""

    is_requested: bool = Field(description="Whether it was asked for, and not taken back", examples=[True])
    requested_at: Moment | None = Field(description="When it was asked for; null if it was not")
    due_at: Moment | None = Field(description="When it is done; until then it can be taken back. Null if it is not")
