"""The page on security names only what there is: tests, which bear the number of their check; modules, routes."""

import ast
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


def numbers_in(path: str) -> set[int]:
    """The checks that a module of tests, or one of its tests, says it holds."""
    tree = ast.parse(Path(path).read_text())
    nodes = [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))]
    texts = [ast.get_docstring(node) or "" for node in nodes if is_test(node)]
    lists = [found for text in texts for found in re.findall(r"[Cc]hecks? (\d+(?:(?:, | and )\d+)*)", text)]
    return {int(number) for numbers in lists for number in re.findall(r"\d+", numbers)}


def is_test(node: ast.AST) -> bool:
    return isinstance(node, ast.Module) or getattr(node, "name", "").startswith("test_")


def test_every_check_is_held_by_tests_that_bear_its_number() -> None:
    rows = re.findall(r"^\| (\d+) [^|]*\| (.+) \|$", PAGE.split("## OWASP")[0], re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 19))
    unmarked = [
        (number, path)
        for number, where in rows
        for path in re.findall(r"`([^`]+)`", where)
        if int(number) not in numbers_in(path)
    ]
    assert unmarked == []
