"""Rules of the house as requests and responses show them."""

from pydantic import Field

from app.models.moderation import RULE_LENGTH, RULES_AT_MOST
from app.web.fields import Line, Moment, RequestModel, ResponseModel

_EXAMPLE_KO = "거래처 이름과 단가를 적지 않습니다."
_EXAMPLE_EN = "Names of customers and prices are not posted."


class RuleText(RequestModel):
    """A rule in both languages."""

    text_ko: Line = Field(min_length=1, max_length=RULE_LENGTH, description="In Korean", examples=[_EXAMPLE_KO])
    text_en: Line = Field(min_length=1, max_length=RULE_LENGTH, description="In English", examples=[_EXAMPLE_EN])


class HouseRulesUpdate(RequestModel):
    """All rules of the house, in their order."""

    rules: list[RuleText] = Field(max_length=RULES_AT_MOST, description="The rules; an empty list for none")


class Rule(ResponseModel):
    """A rule of the house."""

    number: int = Field(description="By which acts cite it, together with the version", examples=[1])
    text_ko: str = Field(description="In Korean", examples=[_EXAMPLE_KO])
    text_en: str = Field(description="In English", examples=[_EXAMPLE_EN])


class HouseRules(ResponseModel):
    """The rules of the house of a consortium."""

    version: int = Field(description="Rises with each change; 0 while there are none", examples=[2])
    rules: list[Rule] = Field(description="The rules in their order")
    changed_at: Moment | None = Field(description="Since when they hold; null while there are none")
