"""docs/operations.md names every setting, log event, metric and retention rule there is."""

import ast
from pathlib import Path

import prometheus_client

import app.notifications.metrics
import app.outbox.metrics
import app.web.metrics
import app.worker
from app.core.settings import Settings
from app.retention.rules import RULES

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "operations.md").read_text()
IMPORTED = (app.notifications.metrics, app.outbox.metrics, app.web.metrics, app.worker)


def test_every_setting_is_in_the_table() -> None:
    rows = {name: field.description for name, field in Settings.model_fields.items()}
    missing = [
        name for name, text in rows.items() if f"| `{name.upper()}` |" not in DOCUMENT or str(text) not in DOCUMENT
    ]
    assert missing == []


def test_every_retention_rule_is_in_the_table() -> None:
    for rule in RULES:
        days = rule.kept.days
        kept = "—" if days == 0 else f"{days} day{'' if days == 1 else 's'}"
        assert f"| `{rule.name}` | {kept} | {rule.since} |" in DOCUMENT


def test_every_log_event_is_listed() -> None:
    events = {event for path in (ROOT / "app").rglob("*.py") for event in events_of(path)}
    assert len(events) > 20
    assert sorted(event for event in events if f"`{event}`" not in DOCUMENT) == []


def events_of(path: Path) -> set[str]:
    """The constant names of the events a module logs."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "log"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_metric_is_listed() -> None:
    names = {metric.name for metric in prometheus_client.REGISTRY.collect() if metric.name.startswith("idea_storage")}
    assert len(names) > 10
    assert [name for name in sorted(names) if f"`{name}`" not in DOCUMENT] == []
    assert IMPORTED
