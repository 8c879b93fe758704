"""Exports as requests and responses show them."""

import uuid

from pydantic import Field

from app.web.fields import ClientId, Moment, RequestModel, ResponseModel

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_EXAMPLE_URL = (
    f"/v1/data-exports/{_EXAMPLE_ID}/archive?expires_at=1795858200&signature=9hXk2sT9uWcB6nR3eLzA7dGfH5iKjMxQ"
)


class DataExportCreate(RequestModel):
    """A wish for a copy of one's data."""

    id: ClientId


class DataExport(ResponseModel):
    """A copy of my data."""

    id: uuid.UUID = Field(description="The export", examples=[_EXAMPLE_ID])
    requested_at: Moment = Field(description="When it was asked for")
    ready_at: Moment | None = Field(description="When it was made; null while it waits for the worker")
    kept_until: Moment = Field(description="When it is deleted")
    size: int | None = Field(description="Bytes of the ZIP archive; null while it is not ready", examples=[48_213])
    download_url: str | None = Field(
        description="Where to fetch it, without a token, for ten minutes; null while it is not ready. Read the export"
        " again for a new address",
        examples=[_EXAMPLE_URL],
        repr=False,
    )


class DataExports(ResponseModel):
    """All copies of my data that are kept."""

    items: list[DataExport] = Field(description="The latest first")
