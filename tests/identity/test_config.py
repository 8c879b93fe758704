"""What an app asks for before sign-in."""

import httpx

from app.core.settings import Settings
from app.feeds.sorts import Period, Sort
from app.ideas.tags import TAGS_PER_IDEA
from app.models.moderation import ReportReason


async def test_config_needs_no_sign_in(client: httpx.AsyncClient, settings: Settings) -> None:
    response = await client.get("/v1/config")
    assert response.status_code == 200
    assert response.json() == {
        "minimum_app_version": settings.minimum_app_version,
        "maintenance": False,
        "terms_version": settings.terms_version,
        "limits": {
            "title_length": 120,
            "body_length": 10_000,
            "comment_length": 2_000,
            "tag_length": 30,
            "tags_per_idea": TAGS_PER_IDEA,
            "mentions_per_comment": 20,
            "report_length": 1_000,
            "page_limit": 100,
        },
        "visibilities": ["named", "mini_cluster", "consortium", "linked", "all"],
        "idea_states": ["open", "under_review", "chosen", "in_progress", "done", "closed"],
        "sorts": list(Sort),
        "periods": list(Period),
        "report_reasons": list(ReportReason),
        "locales": ["ko", "en"],
        "identity_providers": [],
        "passkeys": False,
        "push_schema_version": "1",
    }
