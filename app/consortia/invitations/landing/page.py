"""The page in one language: made of texts and settings alone, so that it knows of no invitation and uses none up."""

import base64
import hashlib
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from app.core.localisation import Locale, Text
from app.core.settings import Settings

_TITLE = Text("아이디어 저장소에 초대받으셨습니다", "You are invited to Idea Storage")
_WHAT = Text(
    "산업단지 미니클러스터 회원들이 아이디어를 나누는 앱입니다. 앱이 설치된 휴대전화에서 초대를 수락해 주세요.",
    "It is the app in which members of industrial mini-clusters share ideas. Accept the invitation on a phone that has"
    " the app.",
)
_OPEN = Text("앱에서 열기", "Open in the app")
_INCOMPLETE = Text(
    "이 화면의 주소에 초대가 들어 있지 않습니다. 받은 주소를 빠짐없이 여셨는지 확인해 주세요."
    " 자바스크립트를 끄셨다면, 받은 주소를 휴대전화에서 직접 눌러 여세요.",
    "The address of this page holds no invitation. Please open the whole address you were sent. If scripts are switched"
    " off, tap the address you were sent on your phone.",
)
_GET = Text("앱이 없으신가요?", "No app yet?")
_ASK = Text("앱을 받는 방법은 초대한 분에게 물어봐 주세요.", "Ask whoever invited you where to get it.")
_THEN = Text("설치한 뒤 받은 주소를 다시 여세요.", "Install it, then open the address you were sent again.")
_ONCE = Text(
    "초대는 72시간 동안 한 분이 한 번 쓸 수 있고, 이 화면을 여는 것으로는 쓰이지 않습니다."
    " 기한이 지났다면 초대한 분에게 다시 요청해 주세요.",
    "An invitation is good for one person and 72 hours; opening this page does not use it. Once it has expired, ask"
    " whoever invited you for another one.",
)
_ANDROID = Text("안드로이드: Google Play에서 받기", "Android: get it on Google Play")
_IOS = Text("아이폰: App Store에서 받기", "iPhone: get it on the App Store")
_LANGUAGES = {Locale.KOREAN: "한국어", Locale.ENGLISH: "English"}


def invitation_page(settings: Settings, locale: Locale) -> str:
    """The page. Nothing that was sent along with the request is in it."""
    other = Locale.ENGLISH if locale is Locale.KOREAN else Locale.KOREAN
    texts = {
        name: escape(text.render(locale))
        for name, text in {
            "title": _TITLE, "what": _WHAT, "open": _OPEN, "incomplete": _INCOMPLETE, "get": _GET, "once": _ONCE,
        }.items()
    }  # fmt: skip
    return Template(_part("page.html")).substitute(
        texts,
        lang=locale.value,
        other_lang=other.value,
        other_language=_LANGUAGES[other],
        scheme=escape(settings.app_scheme),
        stores=_stores(settings, locale),
        style=_part("page.css"),
        script=_part("page.js"),
    )


@cache
def content_security_policy() -> str:
    """Nothing from anywhere but the one script and the one style sheet in the page itself."""
    script, style = (_hash(_part(name)) for name in ("page.js", "page.css"))
    return (
        f"default-src 'none'; script-src '{script}'; style-src '{style}';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _stores(settings: Settings, locale: Locale) -> str:
    links = [
        f'<li><a href="{escape(url)}" rel="noreferrer">{escape(text.render(locale))}</a></li>'
        for text, url in ((_ANDROID, settings.android_store_url), (_IOS, settings.ios_store_url))
        if url
    ]
    if not links:
        return f"<p>{escape(_ASK.render(locale))}</p>"
    return f"<ul>{''.join(links)}</ul>\n<p>{escape(_THEN.render(locale))}</p>"


@cache
def _part(name: str) -> str:
    return (files("app.consortia.invitations.landing") / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
