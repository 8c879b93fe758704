"""docs/error-codes.md names every code an app can meet."""

from pathlib import Path

from tests.core.error_codes import table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "error-codes.md"


def test_the_table_is_that_of_the_code() -> None:
    assert PAGE.read_text() == table(), "run: python -m tests.core.error_codes > docs/error-codes.md"
