"""What an app asks for at its start, before anybody signs in."""

from fastapi import APIRouter
from pydantic import Field

from app.core.localisation import Locale
from app.models.comments import COMMENT_LENGTH, MENTIONS_PER_COMMENT
from app.models.ideas import BODY_LENGTH, TAG_LENGTH, TITLE_LENGTH, IdeaState, Visibility
from app.models.moderation import REPORT_LENGTH, ReportReason
from app.push.payload import SCHEMA_VERSION
from app.web.connections import InjectedResources
from app.web.fields import ResponseModel
from app.web.paging import MAX_LIMIT

router = APIRouter(tags=["app"])

# Features above this layer own these; a test holds them equal.
TAGS_PER_IDEA = 10
SORTS = ("new", "hot", "top", "unanswered")
PERIODS = ("day", "week", "month")


class ConfigLimits(ResponseModel):
    """The largest values that requests may hold."""

    title_length: int = Field(description="Characters of an idea's title", examples=[TITLE_LENGTH])
    body_length: int = Field(description="Characters of an idea's body", examples=[BODY_LENGTH])
    comment_length: int = Field(description="Characters of a comment", examples=[COMMENT_LENGTH])
    tag_length: int = Field(description="Characters of a tag", examples=[TAG_LENGTH])
    tags_per_idea: int = Field(description="Tags of an idea", examples=[TAGS_PER_IDEA])
    mentions_per_comment: int = Field(description="Members named in a comment", examples=[MENTIONS_PER_COMMENT])
    report_length: int = Field(description="Characters of a report's words", examples=[REPORT_LENGTH])
    page_limit: int = Field(description="Items of a page; a larger `limit` is clamped", examples=[MAX_LIMIT])


class Config(ResponseModel):
    """What an app needs to know of this installation."""

    minimum_app_version: str = Field(description="Older apps ask the person to update", examples=["1.0.0"])
    maintenance: bool = Field(description="Whether the service is being maintained", examples=[False])
    terms_version: str = Field(description="The present terms of use", examples=["2026-11"])
    limits: ConfigLimits = Field(description="The largest values that requests may hold")
    visibilities: list[str] = Field(description="Who may see an idea, from few to many", examples=[[*Visibility]])
    idea_states: list[str] = Field(description="The way of an idea to a project", examples=[[*IdeaState]])
    sorts: list[str] = Field(description="Orders of feeds", examples=[[*SORTS]])
    periods: list[str] = Field(description="Periods of the order `top`", examples=[[*PERIODS]])
    report_reasons: list[str] = Field(description="Why a member may report something", examples=[[*ReportReason]])
    locales: list[str] = Field(description="Languages of the product", examples=[[*Locale]])
    identity_providers: list[str] = Field(
        description="Whose ID tokens sign in (`POST /v1/sessions/id-token`)", examples=[["google"]]
    )
    passkeys: bool = Field(
        description="Whether one can sign in by a passkey (`POST /v1/passkey-challenges`)", examples=[True]
    )
    push_schema_version: str = Field(description="Version of the `data` of pushes", examples=[SCHEMA_VERSION])


_LIMITS = ConfigLimits(
    title_length=TITLE_LENGTH,
    body_length=BODY_LENGTH,
    comment_length=COMMENT_LENGTH,
    tag_length=TAG_LENGTH,
    tags_per_idea=TAGS_PER_IDEA,
    mentions_per_comment=MENTIONS_PER_COMMENT,
    report_length=REPORT_LENGTH,
    page_limit=MAX_LIMIT,
)


@router.get(
    "/config",
    summary="What an app asks for at its start",
    description="Needs no sign-in.",
)
async def get_config(resources: InjectedResources) -> Config:
    """Show the configuration for apps."""
    settings = resources.settings
    return Config(
        minimum_app_version=settings.minimum_app_version,
        maintenance=settings.maintenance,
        terms_version=settings.terms_version,
        limits=_LIMITS,
        visibilities=list(Visibility),
        idea_states=list(IdeaState),
        sorts=list(SORTS),
        periods=list(PERIODS),
        report_reasons=list(ReportReason),
        locales=list(Locale),
        identity_providers=[provider.name for provider in settings.oidc_providers],
        passkeys=settings.passkey_domain is not None,
        push_schema_version=SCHEMA_VERSION,
    )
