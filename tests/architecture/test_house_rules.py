"""The rules of the house that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "app").rglob("*.py"))
MAX_MODULE_LINES = 300
MAX_FUNCTION_LINES = 40
MAY_KNOW_HTTP = {"endpoints", "dependencies", "main"}
BAD_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_is_small_and_well_named(path: Path) -> None:
    assert path.stem not in BAD_NAMES
    assert len(path.read_text().splitlines()) <= MAX_MODULE_LINES
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            assert not node.name.endswith("Manager")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert lines_of(node) <= MAX_FUNCTION_LINES, f"{node.name} is too long"


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_edge_knows_http(path: Path) -> None:
    """Services, queries, policies and all below know nothing of FastAPI, so commands and the worker can use them."""
    is_edge = (
        path.stem in MAY_KNOW_HTTP or path.stem.endswith("_endpoints") or "web" in path.parts or "cli" in path.parts
    )
    if not is_edge:
        assert {"fastapi", "starlette"}.isdisjoint(imported_packages(path))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_services_never_commit(path: Path) -> None:
    """The one transaction of a request is committed by its dependency, in ``app/core/database.py``."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in {"commit", "rollback"} or is_low_level(path)


def is_low_level(path: Path) -> bool:
    return name_of(path) == "app/core/database.py"


def imported_packages(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported_modules(ast.parse(path.read_text()))}


def imported_modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_nothing_tracked_names_a_machine() -> None:
    """No path of a machine, and no address of a package registry, in what is handed on."""
    suspicious = ("/root/", "/home/", "/tmp/", "pythonhosted", "registry.npmjs")
    files = [*MODULES, ROOT / "requirements.lock", ROOT / "requirements-dev.lock", ROOT / "README.md"]
    for path in [*files, *(ROOT / "docs").rglob("*.md")]:
        text = path.read_text()
        assert [word for word in suspicious if word in text] == [], name_of(path)
