"""The public directory as responses show it. It holds no data of members but the names of managers."""

import uuid

from pydantic import Field

from app.consortia.schemas import Region
from app.identity.accounts.schemas import ConsortiumName
from app.web.fields import ResponseModel

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"


class DirectoryMiniCluster(ResponseModel):
    """A mini-cluster one may apply to."""

    id: uuid.UUID = Field(description="The mini-cluster, to be named in an application", examples=[_EXAMPLE_ID])
    name_ko: str = Field(description="Name in Korean", examples=["창원 메카트로닉스"])
    name_en: str = Field(description="Name in English", examples=["Changwon Mechatronics"])
    industry: str = Field(description="Code of its industry", examples=["mechatronics"])
    consortium: ConsortiumName = Field(description="The consortium it stands in")
    region: Region | None = Field(description="The wide region (광역권); null where it belongs to none")
    managers: list[str] = Field(description="Names of its managers (매니저), who decide", examples=[["이바다"]])


class DirectoryPage(ResponseModel):
    """A page of the directory."""

    items: list[DirectoryMiniCluster] = Field(description="Mini-clusters, in the order of their founding")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
