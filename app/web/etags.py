"""Entity tags: ``"<version>.<hash>"``. ``If-Match`` compares the version alone, the hash tells what the viewer sees."""

import hashlib
import re

from pydantic import BaseModel

from app.core.errors import PreconditionFailed

_IF_MATCH = re.compile(r'"(\d{1,9})(?:\.[0-9a-f]{16})?"')


def etag_of(version: int, shown: BaseModel) -> str:
    """The entity tag of what one viewer is shown at ``version``."""
    digest = hashlib.sha256(shown.model_dump_json().encode()).hexdigest()[:16]
    return f'"{version}.{digest}"'


def check_if_match(if_match: str | None, version: int) -> None:
    """Refuse a change that was made from another version than the present one.

    :raises PreconditionFailed: ``If-Match`` names another version, or is not one of our tags.
    """
    if if_match is None or if_match.strip() == "*":
        return
    versions = [match.group(1) for tag in if_match.split(",") if (match := _IF_MATCH.fullmatch(tag.strip()))]
    if str(version) not in versions:
        raise PreconditionFailed
