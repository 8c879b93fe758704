"""The place and the people of the tests of moderation, for whom these pages are."""

from tests.moderation.conftest import Staff, discussion, place, settings, staff

__all__ = ["Staff", "discussion", "place", "settings", "staff"]
