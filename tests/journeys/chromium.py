"""A real browser without a head, where this machine has one; and what axe-core finds on its pages."""

import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

DESKTOP: "ViewportSize" = {"width": 1280, "height": 900}
PHONE: "ViewportSize" = {"width": 360, "height": 740}
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_AXE = "axe_playwright_python"

NO_BROWSER = "NO BROWSER: the console was not opened in Chromium; install Debian's `chromium` and Playwright for Python"
NO_AXE = "NO AXE: the console was opened, but not searched for barriers; install axe-playwright-python"


def what_is_missing() -> list[str]:
    """What the journey through the console would need and this machine has not, to be said aloud."""
    return [*([] if _executable() else [NO_BROWSER]), *([] if axe_script() else [NO_AXE])]


def _executable() -> str | None:
    if importlib.util.find_spec("playwright") is None:
        return None
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Chromium, closed at the end of the block; a loud skip where there is none."""
    found = _executable()
    if found is None:
        pytest.skip(NO_BROWSER)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--no-proxy-server"])
        yield browser
        browser.close()


def expect_accessible(page: "Page") -> None:
    """No violation that axe-core knows of, nothing wider than the screen, nothing the content policy stopped."""
    # In a moment: a window that was just made narrow is laid out anew first.
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=10_000)
    if (script := axe_script()) is None:
        return
    # The policy keeps scripts out of the page; this one comes through the debugger, as those of extensions do.
    page.evaluate(script)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found: Any = page.evaluate("tags => axe.run({runOnly: tags})", tags)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == [], page.url


def axe_script() -> str | None:
    """axe-core, as the package for Playwright brings it; None where that is not installed."""
    spec = importlib.util.find_spec(_AXE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text()
