"""Which apps may open our addresses, as Android and iOS ask for it. No routes of the API: not in its document."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from app.core.errors import NotFound
from app.web.connections import InjectedResources

router = APIRouter(prefix="/.well-known", include_in_schema=False)

_PATHS = ("/invitation",)
_PUBLIC = {"Cache-Control": "public, max-age=3600"}


@router.get("/assetlinks.json")
async def show_android_apps(resources: InjectedResources) -> JSONResponse:
    """The Android app of the settings (Digital Asset Links).

    :raises NotFound: none is set.
    """
    settings = resources.settings
    if not (settings.android_package and settings.android_certificates):
        raise NotFound
    statement = {
        "relation": [
            "delegate_permission/common.handle_all_urls",
            "delegate_permission/common.get_login_creds",
        ],
        "target": {
            "namespace": "android_app",
            "package_name": settings.android_package,
            "sha256_cert_fingerprints": list(settings.android_certificates),
        },
    }
    return JSONResponse([statement], headers=_PUBLIC)


@router.get("/apple-app-site-association")
async def show_ios_apps(resources: InjectedResources) -> JSONResponse:
    """The iOS apps of the settings (universal links, and passkeys).

    :raises NotFound: none is set.
    """
    apps = list(resources.settings.ios_app_ids)
    if not apps:
        raise NotFound
    components: list[dict[str, Any]] = [{"/": path} for path in _PATHS]
    body = {
        "applinks": {"details": [{"appIDs": apps, "components": components}]},
        "webcredentials": {"apps": apps},
    }
    return JSONResponse(body, headers=_PUBLIC)
