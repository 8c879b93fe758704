"""The page on security names only what there is: tests, modules, routes, roles."""

import json
import re
from pathlib import Path

PAGE = Path("docs/security.md").read_text()
QUOTED = re.findall(r"`([^`\s]+)`", PAGE)


def test_files_it_names_exist() -> None:
    files = {name.split("::")[0] for name in QUOTED if re.match(r"(tests|app)/", name)}
    assert len(files) > 20
    assert [name for name in sorted(files) if not Path(name).exists()] == []


def test_routes_it_names_exist() -> None:
    paths = json.loads(Path("openapi.json").read_text())["paths"]
    names = {operation["operationId"] for item in paths.values() for operation in item.values()}
    table = PAGE.split("## Roles and rights")[1].split("## Who sees")[0]
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", table))
    assert len(named) > 20
    assert named - names == set()


def test_table_has_every_role_and_every_check() -> None:
    assert "| may | applicant | member | officer | manager | coordinator | expert | operator |" in PAGE
    assert re.findall(r"^\| (\d+) ", PAGE, re.MULTILINE) == [str(number) for number in range(1, 19)]
