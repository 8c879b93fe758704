"""What FCM refuses in a message, as far as its reference says (projects.messages, Message)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

MAX_BYTES = 4096
TARGETS = ("token", "fid", "topic", "condition")

_RESERVED = re.compile(r"^(from|message_type|google.*|gcm.*)$")
_MAX_TTL_SECONDS = 2_419_200


@dataclass(frozen=True, slots=True)
class Violation:
    """One fault: the path of the field ("" for the whole message) and a sentence."""

    field: str
    description: str


Check = Callable[[object, str], Iterator[Violation]]


def violations(message: object) -> list[Violation]:
    """Return everything wrong with the `message` of a request; nothing for one FCM takes."""
    if not isinstance(message, dict):
        return [Violation("message", "Message is not set.")]
    found = list(_MESSAGE(message, "message"))
    targets = [target for target in TARGETS if target in message]
    if len(targets) != 1:
        found.append(Violation("message", f"Exactly one recipient must be set, not {len(targets)}."))
    size = len(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        found.append(Violation("", "Android message is too big"))
    return found


def _matches(pattern: str, what: str) -> Check:
    expression = re.compile(pattern, re.DOTALL)

    def check(value: object, path: str) -> Iterator[Violation]:
        if not isinstance(value, str) or not expression.fullmatch(value):
            yield Violation(path, f"Invalid value at '{path}' ({what}), {value!r}")

    return check


def _number(value: object, path: str) -> Iterator[Violation]:
    if isinstance(value, bool) or not isinstance(value, int):
        yield Violation(path, f"Invalid value at '{path}' (TYPE_INT32), {value!r}")


def _boolean(value: object, path: str) -> Iterator[Violation]:
    if not isinstance(value, bool):
        yield Violation(path, f"Invalid value at '{path}' (TYPE_BOOL), {value!r}")


def _struct(value: object, path: str) -> Iterator[Violation]:
    if not isinstance(value, dict):
        yield Violation(path, f"Invalid value at '{path}' (type.googleapis.com/google.protobuf.Struct), {value!r}")


def _ttl(value: object, path: str) -> Iterator[Violation]:
    found = re.fullmatch(r"(\d+)(\.\d{1,9})?s", str(value))
    if not found or int(found.group(1)) > _MAX_TTL_SECONDS:
        yield Violation(path, f"Illegal field format; Field: ttl; Value: {value!r}")


def _string_map(value: object, path: str) -> Iterator[Violation]:
    entries = value if isinstance(value, dict) else {}
    if not isinstance(value, dict):
        yield Violation(path, f"Invalid value at '{path}' (TYPE_MESSAGE), {value!r}")
    for number, (key, entry) in enumerate(entries.items()):
        if not isinstance(entry, str):
            yield Violation(
                f"{path}[{number}].value", f"Invalid value at '{path}[{number}].value' (TYPE_STRING), {entry}"
            )
        if path == "message.data" and _RESERVED.match(key):
            yield Violation(path, f"Invalid data payload key: {key}")


def _apns_headers(value: object, path: str) -> Iterator[Violation]:
    yield from _string_map(value, path)
    if isinstance(value, dict) and len(str(value.get("apns-collapse-id", "")).encode()) > 64:
        yield Violation(path, "apns-collapse-id must not be longer than 64 bytes")


def _fields(known: Mapping[str, Check]) -> Check:
    def check(value: object, path: str) -> Iterator[Violation]:
        if not isinstance(value, dict):
            yield Violation(path, f"Invalid value at '{path}' (TYPE_MESSAGE), {value!r}")
            return
        for name, entry in value.items():
            if name in known:
                yield from known[name](entry, f"{path}.{name}")
            else:
                yield Violation(path, f"Invalid JSON payload received. Unknown name \"{name}\" at '{path}'")

    return check


_string = _matches(r".*", "TYPE_STRING")
_filled = _matches(r".+", "TYPE_STRING")
_options = _fields({"analytics_label": _matches(r"[a-zA-Z0-9-_.~%]{1,50}", "TYPE_STRING"), "image": _string})

_ANDROID_NOTIFICATION = _fields(
    {
        **dict.fromkeys(("title", "body", "icon", "color", "sound", "tag", "click_action", "channel_id"), _string),
        **dict.fromkeys(("image", "ticker", "notification_priority", "visibility", "event_time"), _string),
        **dict.fromkeys(("sticky", "local_only", "default_sound", "default_vibrate_timings"), _boolean),
        "notification_count": _number,
    }
)

_ANDROID = _fields(
    {
        "collapse_key": _string,
        "priority": _matches(r"(?i:high|normal)", "AndroidMessagePriority"),
        "ttl": _ttl,
        "restricted_package_name": _string,
        "data": _string_map,
        "notification": _ANDROID_NOTIFICATION,
        "fcm_options": _options,
        "direct_boot_ok": _boolean,
    }
)

_MESSAGE = _fields(
    {
        **dict.fromkeys(TARGETS, _filled),
        "data": _string_map,
        "notification": _fields({"title": _string, "body": _string, "image": _string}),
        "android": _ANDROID,
        "apns": _fields({"headers": _apns_headers, "payload": _struct, "fcm_options": _options}),
        "webpush": _fields({"headers": _string_map, "data": _string_map, "notification": _struct}),
        "fcm_options": _options,
    }
)
