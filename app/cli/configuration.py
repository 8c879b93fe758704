"""Settings as commands read them: what is wrong with one is said by the name of its variable."""

import os
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.cli.errors import UserError
from app.core.settings import Environment, Settings

EMULATOR_VARIABLE = "FIREBASE_AUTH_EMULATOR_HOST"


class Fault(NamedTuple):
    """A variable with a wrong value."""

    variable: str
    problem: str
    expected: str

    def __str__(self) -> str:
        expected = f" (expected: {self.expected})" if self.expected else ""
        return f"{self.variable}: {self.problem}{expected}" if self.variable else self.problem


def read_settings(**given: object) -> Settings | list[Fault]:
    """The settings, those given going before the environment; or what is wrong with them."""
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**values)
    except ValidationError as error:
        return [_fault(details) for details in error.errors(include_url=False, include_input=False)]
    except SettingsError as error:
        return [Fault("", str(error), "")]


def load_settings(**given: object) -> Settings:
    """The settings, those given (not None) going before the environment.

    :raises UserError: a variable has a wrong value.
    """
    settings = read_settings(**given)
    if isinstance(settings, Settings):
        return settings
    raise UserError("; ".join(map(str, settings)))


def refuse_emulator(settings: Settings) -> None:
    """Stop where production would trust a test double of Firebase, which checks no signatures.

    :raises UserError: the variable of the emulator is set in production.
    """
    if settings.environment is Environment.PRODUCTION and os.environ.get(EMULATOR_VARIABLE):
        raise UserError(f"{EMULATOR_VARIABLE} is set in production: unset it; the emulator accepts unsigned tokens")


def _fault(details: Any) -> Fault:
    name = str(details["loc"][0]) if details["loc"] else ""
    field = Settings.model_fields.get(name)
    problem = str(details["msg"]).removeprefix("Value error, ")
    return Fault(name.upper(), problem, (field.description or "") if field else "")
