"""Identifiers seen outside: UUID version 7, so that they sort by the time of their making."""

import uuid

import uuid_utils.compat


def new_public_id() -> uuid.UUID:
    """A fresh UUIDv7."""
    return uuid_utils.compat.uuid7()
