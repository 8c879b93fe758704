"""What ``check`` finds out: one line each, with what to do about it."""

from enum import StrEnum
from typing import NamedTuple


class Grade(StrEnum):
    """How well it stands with one thing."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(NamedTuple):
    """One line of the report."""

    subject: str
    grade: Grade
    text: str


def ok(subject: str, text: str) -> Finding:
    """All is well."""
    return Finding(subject, Grade.OK, text)


def warn(subject: str, text: str) -> Finding:
    """It runs, but perhaps not as wished."""
    return Finding(subject, Grade.WARN, text)


def failed(subject: str, text: str) -> Finding:
    """It does not work."""
    return Finding(subject, Grade.FAIL, text)
