"""Makefile, Dockerfile and compose.yaml agree with the command line and with each other."""

import json
import re

from app.core.settings import Settings
from tests.cli.conftest import ROOT, RunCommand

MAKEFILE = (ROOT / "Makefile").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()
OF_POSTGRESQL = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}


def test_every_target_explains_itself() -> None:
    targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert targets
    described = set(re.findall(r"^([a-z-]+):.*## .+$", MAKEFILE, re.MULTILINE))
    assert set(targets.group(1).split()) == described


def test_all_commands_run_by_the_makefile_exist(command: RunCommand) -> None:
    used = set(re.findall(r"\$\(BIN\)/idea-storage ([a-z-]+)", MAKEFILE))
    assert used == {"migrate", "demo", "serve", "openapi"}
    assert [name for name in used if command(name, "--help").exit_code] == []


def test_the_image_holds_what_it_copies_and_no_more() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE))
    allowed = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert copied == allowed
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_image_is_safe_by_default() -> None:
    assert "--require-hashes" in DOCKERFILE
    assert "ENVIRONMENT=production" in DOCKERFILE
    user = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)
    assert user == [("10001", "10001")]
    assert "uid=10001,gid=10001" in COMPOSE
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) + re.findall(r"image: (\S+:\S+)", COMPOSE)
    assert len(images) == 3
    assert [image for image in images if not re.search(r":\d+\.\d+", image)] == [], "images are pinned to a release"


def test_compose_runs_commands_that_exist(command: RunCommand) -> None:
    commands = [json.loads(found) for found in re.findall(r"^    command: (\[.*\])$", COMPOSE, re.MULTILINE)]
    assert [arguments[0] for arguments in commands] == ["migrate", "serve", "worker"]
    assert [arguments for arguments in commands if command(*arguments, "--help").exit_code] == []


def test_compose_sets_settings_that_exist() -> None:
    names = set(re.findall(r"^ +([A-Z_]+): ", COMPOSE, re.MULTILINE))
    assert names - OF_POSTGRESQL <= {name.upper() for name in Settings.model_fields}
    assert {"ENVIRONMENT", "DATABASE_URL", "SECRET_KEY"} <= names
