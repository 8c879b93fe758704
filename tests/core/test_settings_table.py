"""The table of settings in docs/operations.md, and .env.example, say exactly what app/core/settings.py says."""

import re
from enum import Enum
from pathlib import Path

from app.core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
FIELDS = Settings.model_fields


def default_of(name: str) -> str:
    """The default as somebody would write it into the environment; empty where there is none."""
    value = FIELDS[name].default
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value if isinstance(value, Enum) else value)


def expected_table() -> list[str]:
    return [
        f"| `{name.upper()}` | {f'`{default}`' if (default := default_of(name)) else ''} | {field.description} |"
        for name, field in FIELDS.items()
    ]


def test_the_table_of_settings_is_complete_and_true() -> None:
    document = (ROOT / "docs" / "operations.md").read_text()
    found = re.findall(r"^\| `[A-Z_]+` \|.*$", document, re.MULTILINE)
    assert found == expected_table(), "the table should read:\n" + "\n".join(expected_table())


def test_the_example_names_every_setting_with_its_default() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    found = [line for line in lines if re.match(r"# ?[A-Z_]+=", line)]
    assert found == [f"# {name.upper()}={default_of(name)}" for name in FIELDS]


def test_the_example_changes_nothing_until_it_is_edited() -> None:
    assert Settings(_env_file=ROOT / ".env.example", secret_key=None) == Settings(_env_file=None, secret_key=None)
