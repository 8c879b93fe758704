"""A browser without a window: it keeps cookies, fills in forms, and looks whether each page is sound."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

import httpx
from fastapi import FastAPI

from tests.factories import Person

VOID = {"meta", "link", "input", "br", "hr", "img"}
FIELDS = {"input", "select", "textarea"}


@dataclass
class FormOnPage:
    """A form with the values it stands at."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """A page as it came: its forms, links, headings and text."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.response = response
        self.forms: list[FormOnPage] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[str] = []
        self.text = ""
        self.attributes: dict[str, list[dict[str, str]]] = {}
        self._open: list[str] = []
        self._select = self._area = ""
        self.feed(response.text)
        assert self._open == [], "a tag is not closed"

    @property
    def path(self) -> str:
        """Where it stands."""
        return self.response.url.raw_path.decode()

    @property
    def posts(self) -> list[FormOnPage]:
        """The forms that change something."""
        return [form for form in self.forms if form.method == "post"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        self.attributes.setdefault(tag, []).append(given)
        self.ids += [given["id"]] if "id" in given else []
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "a":
            self.links.append(given["href"])
        if tag == "label":
            self.labelled.add(given["for"])
        if tag == "form":
            self.forms.append(FormOnPage(given.get("action", self.path), given.get("method", "get")))
        if self.forms and "form" in self._open:
            self._take_field(tag, given)

    def _take_field(self, tag: str, given: dict[str, str]) -> None:
        form = self.forms[-1]
        if tag in FIELDS and given.get("type") != "hidden":
            self.fields.append(given["id"])
        if tag == "input" and given.get("type") != "checkbox":
            form.values[given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and ("selected" in given or self._select not in form.values):
            form.values[self._select] = given["value"]
        elif tag == "textarea":
            self._area = given["name"]
            form.values[self._area] = ""
        elif tag == "button" and "name" in given:
            form.buttons.append((given["name"], given["value"]))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes nothing"
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].values[self._area] += data.removeprefix("\n")
        elif "title" not in self._open:
            self.text += data

    def check(self) -> Self:
        """What holds for every page: nothing that the policy forbids, and what people without eyes or mouse need."""
        every = [attributes for found in self.attributes.values() for attributes in found]
        assert {"script", "style", "iframe", "object"}.isdisjoint(self.attributes)
        assert [name for attributes in every for name in attributes if name.startswith("on") or name == "style"] == []
        assert [link for link in self.links if not link.startswith(("/console/", "#", "?"))] == []
        assert self.attributes["html"][0]["lang"] in ("ko", "en")
        assert self.headings[0] == 1
        assert self.headings.count(1) == 1
        assert all(after <= before + 1 for before, after in zip(self.headings, self.headings[1:], strict=False))
        assert len(self.attributes["main"]) == 1
        assert sorted(set(self.ids)) == sorted(self.ids), "an id is there twice"
        assert [each for each in self.fields if each not in self.labelled] == [], "a field has no label"
        assert {link[1:] for link in self.links if link.startswith("#")} <= set(self.ids), "a link within leads nowhere"
        for attributes in every:
            named = attributes.get("aria-describedby", "").split() + attributes.get("aria-labelledby", "").split()
            assert set(named) <= set(self.ids)
        return self

    def form(self, action: str, **values: str) -> FormOnPage:
        """The form that is sent to a path, and stands at these values."""
        found = [form for form in self.posts if form.action == action and values.items() <= form.values.items()]
        assert found, f"{self.path} has no such form; it has {[form.action for form in self.posts]}"
        return found[0]


class Browser:
    """A browser of one person."""

    def __init__(self, app: FastAPI, person: Person | None = None, *, language: str = "ko") -> None:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(
            transport=transport, base_url="http://test", headers={"Accept-Language": language}
        )
        if person is not None:
            self.client.cookies.set("console-session", person.token)

    async def open(self, path: str, status: int = 200) -> Page:
        """A page, wherever the server sends the browser for it."""
        return await self._follow(await self.client.get(path), status)

    async def send(self, form: FormOnPage, status: int = 200, **values: str | list[str]) -> Page:
        """The page that comes of sending a form."""
        data = {**form.values, **values}
        return await self._follow(await self.client.post(form.action, data=data), status)

    async def _follow(self, response: httpx.Response, status: int) -> Page:
        while response.is_redirect:
            response = await self.client.get(response.headers["location"])
        assert response.status_code == status, (response.status_code, response.text)
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert "script-src" not in response.headers["content-security-policy"]
        assert response.headers["content-security-policy"].startswith("default-src 'none';")
        assert response.headers["cache-control"] == "no-store"
        return Page(response).check()
