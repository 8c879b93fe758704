"""What a form sends, made into the requests that services take; and what is wrong with it, field by field."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from app.core.errors import AppError, FieldError, Invalid
from app.core.localisation import Locale, Text
from app.web.validation_texts import code_of, validation_text

ChoiceT = TypeVar("ChoiceT", bound=StrEnum)
ModelT = TypeVar("ModelT", bound=BaseModel)

MOST_FIELDS = 1_200
FORM_TYPE = "application/x-www-form-urlencoded"


class FormUnreadable(AppError):
    """It is no form, or not one of ours."""

    status = 400
    code = "form_unreadable"
    title = Text("양식을 읽을 수 없습니다", "The form could not be read")
    detail = Text("페이지를 다시 열고 보내 주세요.", "Open the page again and send it.")


@dataclass(frozen=True)
class Form:
    """The fields of a form, with their values in the order in which they were sent."""

    values: Mapping[str, list[str]]

    @classmethod
    def parse(cls, body: bytes) -> "Form":
        """The form in the body of a request.

        :raises FormUnreadable: it is none.
        """
        try:
            pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
        except ValueError as error:
            raise FormUnreadable from error
        values: dict[str, list[str]] = {}
        for name, value in pairs:
            values.setdefault(name, []).append(value)
        return cls(values)

    def text(self, name: str) -> str:
        """The value of a field; empty where it is left out."""
        return self.values.get(name, [""])[0]

    def lines(self, name: str) -> list[str]:
        """The parts of a field between commas and line ends."""
        parts = self.text(name).replace("\n", ",").split(",")
        return [part.strip() for part in parts if part.strip()]

    def ids(self, name: str) -> list[uuid.UUID]:
        """The ids under a field that may be there several times.

        :raises FormUnreadable: one is none.
        """
        try:
            return [uuid.UUID(value) for value in self.values.get(name, [])]
        except ValueError as error:
            raise FormUnreadable from error

    def choice(self, name: str, values: type[ChoiceT]) -> ChoiceT:
        """What is chosen in a field that offers these values.

        :raises FormUnreadable: it is none of them.
        """
        try:
            return values(self.text(name))
        except ValueError as error:
            raise FormUnreadable from error

    def id(self, name: str) -> uuid.UUID:
        """The id in a field that pages fill in themselves.

        :raises FormUnreadable: there is none.
        """
        found = self.ids(name)
        if not found:
            raise FormUnreadable
        return found[0]

    def model(self, model: type[ModelT], *names: str, **more: Any) -> ModelT:
        """A request of the fields ``names``, without those left empty, and of what the page knows by itself.

        :raises Invalid: a field does not fit.
        """
        given = {name: self.text(name) for name in names if self.text(name).strip()}
        try:
            return model.model_validate({**given, **more})
        except ValidationError as error:
            raise Invalid(fields=[_finding(dict(item)) for item in error.errors()]) from error


def sought(text: str) -> str:
    """What is looked for: characters that no stored text has are left out, since databases refuse them."""
    return "".join(sign for sign in text if sign.isprintable())


def _finding(item: dict[str, Any]) -> FieldError:
    code = code_of(item)
    text = Text(*(validation_text(code, item, locale) for locale in Locale))
    return FieldError("/body/" + "/".join(str(part) for part in item["loc"]), code, text)


@dataclass(frozen=True)
class Failure:
    """What was wrong with a form that was sent, for the page on which it is shown again."""

    error: AppError
    form: Form
    name: str
    """The form of the page that was sent."""
    fields: Mapping[str, Text] = field(init=False)

    def __post_init__(self) -> None:
        # The first part below the body names the field, whatever stands below it.
        found = {item.pointer.split("/")[2]: item.text for item in self.error.fields if item.pointer.count("/") >= 2}
        object.__setattr__(self, "fields", found)

    def of_row(self, form: str, field: str) -> "Failure":
        """The same, for a page that has such a form for each of its rows, told apart by a field."""
        return Failure(self.error, self.form, f"{form}-{self.form.text(field)}")

    def message(self, locale: Locale) -> str:
        """What went wrong, in one sentence or two."""
        return self.error.detail_in(locale) or self.error.title.render(locale)
