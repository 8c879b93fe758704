"""``idea-storage openapi``."""

import json
from pathlib import Path

from tests.cli.conftest import SECRET_KEY, RunCommand


def test_the_document_depends_on_no_setting(command: RunCommand, tmp_path: Path) -> None:
    printed = command("openapi")
    assert printed.exit_code == 0
    settings = {"environment": "production", "secret_key": SECRET_KEY, "public_url": "https://api.example.kr"}
    written = command("openapi", "--output", "document.json", **settings)
    assert written.exit_code == 0
    assert (tmp_path / "document.json").read_text("utf-8") == printed.stdout
    assert json.loads(printed.stdout)["openapi"].startswith("3.1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["document.json"]


def test_a_place_that_cannot_be_written(command: RunCommand) -> None:
    failed = command("openapi", "--output", "missing/document.json")
    assert (failed.exit_code, failed.stderr) == (1, "Error: No such file or directory: missing/document.json\n")
