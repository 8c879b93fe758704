"""The table of docs/error-codes.md, made from the code: ``python -m tests.core.error_codes > docs/error-codes.md``."""

import sys
from collections.abc import Iterator

import app.main  # noqa: F401 - every error of the API is known once its routes are
from app.core.errors import AppError
from app.web.problems import _HTTP_TEXTS

_HEAD = """\
# Error codes

`code` of a problem, with its status and what is said in both languages; made from the code. What is wrong with a field
is told by `code` in `errors`, beside its text. Codes are never given another meaning; new ones may come.

| code | status | 한국어 | English |
|---|---|---|---|
"""


def table() -> str:
    """The whole page."""
    rows = {(error.code, error.status): error.detail or error.title for error in sorted(_errors(AppError), key=_name)}
    rows |= {(code, status): title for status, (code, title) in _HTTP_TEXTS.items()}
    lines = [f"| `{code}` | {status} | {text.ko} | {text.en} |\n" for (code, status), text in sorted(rows.items())]
    return _HEAD + "".join(lines)


def _name(error: type[AppError]) -> str:
    return f"{error.__module__}.{error.__name__}"


def _errors(parent: type[AppError]) -> Iterator[type[AppError]]:
    for error in parent.__subclasses__():
        if hasattr(error, "code") and error.__module__.startswith("app."):
            yield error
        yield from _errors(error)


if __name__ == "__main__":
    sys.stdout.write(table())
