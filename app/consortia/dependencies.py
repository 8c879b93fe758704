"""What the endpoints of this feature receive beside actor and connection."""

import uuid
from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import Field

from app.consortia.page_requests import PageRequest
from app.web.connections import InjectedResources
from app.web.fields import Line
from app.web.optional import Optional
from app.web.paging import DEFAULT_LIMIT, Cursor, Limit

SEARCH_LENGTH = 100


async def _page_request(
    resources: InjectedResources, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageRequest:
    return PageRequest(resources.cursors, cursor, limit)


Page = Annotated[PageRequest, Depends(_page_request)]
"""The ``cursor`` and ``limit`` of a list."""

Search = Annotated[
    Optional[Annotated[Line, Field(max_length=SEARCH_LENGTH)]],
    Query(description="Part of a name; the case of Latin letters does not matter.", examples=["한성"]),
]

ConsortiumId = Annotated[
    uuid.UUID, Path(description="The consortium", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])
]
MiniClusterId = Annotated[
    uuid.UUID, Path(description="The mini-cluster", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])
]
