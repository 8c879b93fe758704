"""What endpoints about announcements receive."""

import uuid
from typing import Annotated

from fastapi import Path

AnnouncementId = Annotated[
    uuid.UUID, Path(description="The announcement", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])
]
