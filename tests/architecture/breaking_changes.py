"""Finds what a client built on an earlier document of the API would stumble over in a later one.

A client sends what it knew and ignores what it does not know (docs/api-versions.md). So a request may be asked for less
and allowed more; an answer may hold more, and must go on to hold what it held.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

Json = dict[str, Any]
_WIDER_IS_BETTER = {"maxLength": 1, "maxItems": 1, "maximum": 1, "minLength": -1, "minItems": -1, "minimum": -1}
"""Limits of requests, and the direction in which they may move."""
_DROPPED = frozenset({"description", "summary", "example", "examples"})


def skeleton(node: Any) -> Any:
    """A document without its words: what is kept of a release to compare with.

    Properties that bear the name of a kind of words stay: only texts, and the examples beside them, are left out.
    """
    if isinstance(node, dict):
        is_words = {name for name, value in node.items() if name in _DROPPED and not isinstance(value, dict)}
        return {name: skeleton(value) for name, value in node.items() if name not in is_words and name != "examples"}
    return [skeleton(value) for value in node] if isinstance(node, list) else node


def breaking_changes(old: Json, new: Json) -> list[str]:
    """One line for each change that breaks clients of ``old``."""
    return list(_Comparison(old, new).faults())


class _Pair(NamedTuple):
    """The same place in both documents."""

    place: str
    old: Json
    new: Json


class _Comparison:
    def __init__(self, old: Json, new: Json) -> None:
        self.old = old
        self.new = new
        self._seen: set[tuple[str, str, bool]] = set()

    def faults(self) -> Iterator[str]:
        for path, item in self.old["paths"].items():
            for method, operation in item.items():
                place = f"{method.upper()} {path}"
                found = self.new["paths"].get(path, {}).get(method)
                if found is None:
                    yield f"{place} is gone"
                else:
                    yield from self._operation(_Pair(place, operation, found))

    def _operation(self, pair: _Pair) -> Iterator[str]:
        if pair.old["operationId"] != pair.new["operationId"]:
            yield f"{pair.place} is called {pair.new['operationId']}, not {pair.old['operationId']}"
        yield from self._parameters(pair)
        yield from self._request_body(pair)
        for status, answer in pair.old["responses"].items():
            if status.startswith("2"):
                yield from self._answer(f"{pair.place} {status}", answer, pair.new["responses"].get(status))

    def _parameters(self, pair: _Pair) -> Iterator[str]:
        old, new = (
            {(each["in"], each["name"]): each for each in operation.get("parameters", [])}
            for operation in (pair.old, pair.new)
        )
        for key, parameter in old.items():
            if key not in new:
                yield f"{pair.place} does not take the parameter {key[1]} any more"
            else:
                yield from self._schema(f"{pair.place} ?{key[1]}", parameter["schema"], new[key]["schema"], sent=True)
        for key, parameter in new.items():
            was_needed = key in old and old[key].get("required", False)
            if parameter.get("required") and not was_needed:
                yield f"{pair.place} needs the parameter {key[1]}"

    def _request_body(self, pair: _Pair) -> Iterator[str]:
        old, new = pair.old.get("requestBody"), pair.new.get("requestBody")
        if new is not None and new.get("required") and (old is None or not old.get("required")):
            yield f"{pair.place} needs a body"
        if old is not None and new is None:
            yield f"{pair.place} takes no body any more"
        for media, content in (old or {}).get("content", {}).items():
            found = (new or {}).get("content", {}).get(media)
            if found is None:
                yield f"{pair.place} takes no {media} any more"
            elif "schema" in content:
                yield from self._schema(f"{pair.place} body", content["schema"], found["schema"], sent=True)

    def _answer(self, place: str, old: Json, new: Json | None) -> Iterator[str]:
        if new is None:
            yield f"{place} is not answered any more"
            return
        for media, content in old.get("content", {}).items():
            found = new.get("content", {}).get(media)
            if found is None:
                yield f"{place} is no {media} any more"
            elif "schema" in content:
                yield from self._schema(place, content["schema"], found["schema"], sent=False)

    def _schema(self, place: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
        """Faults of a value that clients send, or get."""
        key = (str(old.get("$ref", place)), str(new.get("$ref", place)), sent)
        if key in self._seen:
            return
        self._seen.add(key)
        old, new = self._resolved(self.old, old), self._resolved(self.new, new)
        yield from self._kinds(place, old, new, sent=sent)
        yield from self._values(place, old, new, sent=sent)
        yield from self._properties(place, old, new, sent=sent)
        if "items" in old and "items" in new:
            yield from self._schema(f"{place}[]", old["items"], new["items"], sent=sent)

    def _resolved(self, document: Json, schema: Json) -> Json:
        """The schema a reference points to; of a value that may be null, the schema of the value."""
        if "$ref" in schema:
            found: Json = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
            return self._resolved(document, found)
        choices = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
        if len(choices) == 1:
            is_nullable = len(schema["anyOf"]) > 1
            return {**self._resolved(document, choices[0]), "nullable": is_nullable}
        return schema

    def _kinds(self, place: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
        if old.get("type") != new.get("type") or old.get("format") != new.get("format"):
            before, after = ([each.get("type"), each.get("format")] for each in (old, new))
            yield f"{place} is {after}, not {before}"
        was_nullable, is_nullable = old.get("nullable", False), new.get("nullable", False)
        if sent and was_nullable and not is_nullable:
            yield f"{place} may not be null any more"
        if not sent and is_nullable and not was_nullable:
            yield f"{place} may be null"

    def _values(self, place: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
        before, after = set(old.get("enum", [])), set(new.get("enum", []))
        if sent and after and before - after:
            yield f"{place} takes {sorted(before - after)} no more"
        if not sent and before and after - before:
            yield f"{place} may be {sorted(after - before)}, which was not said to be possible"
        for limit, direction in _WIDER_IS_BETTER.items():
            if sent and limit in new and (limit not in old or (new[limit] - old[limit]) * direction < 0):
                yield f"{place} has the {limit} {new[limit]}, not {old.get(limit)}"

    def _properties(self, place: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name, schema in before.items():
            if name not in after:
                yield f"{place}.{name} is gone"
            else:
                yield from self._schema(f"{place}.{name}", schema, after[name], sent=sent)
        needed_before, needed_now = set(old.get("required", [])), set(new.get("required", []))
        changed = needed_now - needed_before if sent else (needed_before - needed_now) & after.keys()
        word = "is needed" if sent else "may be missing"
        yield from (f"{place}.{name} {word}" for name in sorted(changed))
