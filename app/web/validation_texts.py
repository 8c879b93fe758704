"""What pydantic finds wrong, said in Korean and English. Values that were sent are never repeated."""

from collections.abc import Mapping
from typing import Any

from app.core.localisation import Locale, Text

_TEXTS: dict[str, Text] = {
    "missing": Text("필수 항목입니다.", "This field is required."),
    "extra_forbidden": Text("알 수 없는 항목입니다. 빼 주세요.", "Unknown field; remove it."),
    "string_type": Text("문자열이어야 합니다.", "Must be a string."),
    "string_too_short": Text("{min_length}자 이상이어야 합니다.", "Must have at least {min_length} characters."),
    "string_too_long": Text("{max_length}자 이하로 줄여 주세요.", "Shorten it to at most {max_length} characters."),
    "string_pattern_mismatch": Text("형식이 올바르지 않습니다.", "The format is not right."),
    "string_unicode": Text("올바른 유니코드 문자열이 아닙니다.", "Not valid Unicode text."),
    "forbidden_character": Text(
        "제어 문자나 방향 전환 문자는 쓸 수 없습니다. 지워 주세요.",
        "Control characters and direction overrides are not allowed; remove them.",
    ),
    "uuid_version": Text(
        "앱이 만든 UUID 버전 7(RFC 9562)이어야 합니다.", "Must be a UUID of version 7 (RFC 9562), made by the client."
    ),
    "uuid_parsing": Text("UUID 형식이 아닙니다.", "Not a UUID."),
    "uuid_type": Text("UUID 문자열이어야 합니다.", "Must be a UUID as a string."),
    "int_type": Text("정수여야 합니다.", "Must be an integer."),
    "int_parsing": Text("정수여야 합니다.", "Must be an integer."),
    "bool_type": Text("true 또는 false여야 합니다.", "Must be true or false."),
    "bool_parsing": Text("true 또는 false여야 합니다.", "Must be true or false."),
    "list_type": Text("목록이어야 합니다.", "Must be a list."),
    "too_long": Text("{max_length}개까지 쓸 수 있습니다.", "At most {max_length} items."),
    "too_short": Text("{min_length}개 이상이어야 합니다.", "At least {min_length} items."),
    "enum": Text("쓸 수 있는 값: {expected}", "Must be one of: {expected}"),
    "literal_error": Text("쓸 수 있는 값: {expected}", "Must be one of: {expected}"),
    "json_invalid": Text("JSON 형식이 올바르지 않습니다.", "The body is not valid JSON."),
    "json_type": Text("JSON이어야 합니다.", "Must be JSON."),
    "model_attributes_type": Text(
        "Content-Type: application/json으로 JSON 객체를 보내 주세요.",
        "Send a JSON object with Content-Type: application/json.",
    ),
    "greater_than_equal": Text("{ge} 이상이어야 합니다.", "Must be {ge} or more."),
    "less_than_equal": Text("{le} 이하여야 합니다.", "Must be {le} or less."),
    "invalid_email": Text("이메일 주소 형식이 아닙니다.", "Not an e-mail address."),
}
_OTHER = Text("값이 올바르지 않습니다.", "The value is not valid.")


def code_of(item: Mapping[str, Any]) -> str:
    """The code of one finding of pydantic (an entry of ``errors()``).

    A length that is checked behind a validator of ours is reported as that of any value: it is that of a string.
    """
    code: str = item["type"]
    is_of_value = (item.get("ctx") or {}).get("field_type") == "Value"
    if code in ("too_long", "too_short") and is_of_value:
        return f"string_{code}"
    if code == "value_error" and "email" in str(item.get("msg", "")):
        return "invalid_email"
    return code


def validation_text(code: str, item: Mapping[str, Any], locale: Locale) -> str:
    """The sentence for one finding of pydantic with this code, in one language."""
    text = _TEXTS.get(code, _OTHER)
    values = {name: value for name, value in (item.get("ctx") or {}).items() if isinstance(value, str | int)}
    try:
        return text.render(locale, **values)
    except (KeyError, IndexError):  # a finding without the figures its sentence asks for
        return _OTHER.render(locale)
