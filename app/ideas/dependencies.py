"""What the endpoints of ideas receive beside actor and connection."""

import uuid
from typing import Annotated

from fastapi import Header, Path

from app.web.optional import Optional

IdeaId = Annotated[uuid.UUID, Path(description="The idea", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])]
IfMatch = Annotated[
    Optional[str],
    Header(
        description="The `ETag` of the version the change was made from; another present version gives 412.",
        examples=['"3.5f1c8e2a4b607a52"'],
    ),
]
