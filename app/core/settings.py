"""Settings from the environment (and a ``.env`` file). docs/operations.md holds the table; a test keeps it complete."""

import os
import re
import secrets
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url

from app.core.localisation import Locale


class Environment(StrEnum):
    """Where the service runs: development is convenient, production refuses what would be unsafe."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class OidcProvider(BaseModel):
    """An issuer of ID tokens, by which people may sign in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    issuer: str = Field(pattern=r"^https?://[^\s?#]+$", max_length=255)
    audiences: tuple[str, ...] = Field(min_length=1)
    """The ids of our apps at the issuer: a token made for another app is refused."""
    nonce: bool = True
    """Whether its tokens bear the app's nonce; those of Firebase do not."""
    links_by_email: bool = True
    """Whether to believe the issuer which addresses it has verified."""


class Settings(BaseSettings):
    """Every setting of the service, read once at start-up."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    environment: Environment = Field(Environment.DEVELOPMENT, description="`development` or `production`")
    host: str = Field("127.0.0.1", description="address the API listens on")
    port: int = Field(8000, ge=0, le=65_535, description="port the API listens on")
    public_url: str | None = Field(None, description="address clients reach the API at; used in links of mails")

    database_url: str = Field(
        "sqlite:///var/idea-storage.db", description="`sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/NAME`"
    )
    database_pool_size: int = Field(20, ge=1, le=500, description="connections per process")
    database_wait_seconds: float = Field(
        4.0, gt=0, le=60, description="longest wait for a connection or SQLite's write lock before 503"
    )

    secret_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="signs cursors and mailed codes, seals secrets; in development a file beside the database",
    )
    staff_second_factor: str = Field(
        "auto",
        pattern="^(auto|required|optional)$",
        description="whether coordinators and operators need a second factor; `auto`: in production",
    )
    oidc_providers: tuple[OidcProvider, ...] = Field(
        (), description="JSON list of issuers whose ID tokens sign in: name, issuer, audiences; see below"
    )
    passkey_domain: str | None = Field(
        None,
        pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
        description="domain that passkeys are bound to, for example example.kr; without it there are none",
    )
    passkey_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="comma-separated origins of apps that use passkeys: https://…, android:apk-key-hash:…"
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="comma-separated addresses or networks whose X-Forwarded-For is believed"
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="comma-separated origins of web clients, for example https://app.example.kr"
    )
    max_body_bytes: int = Field(262_144, ge=1_024, description="largest request body")

    rate_limits: str = Field(
        "auto", pattern="^(auto|on|off)$", description="whether requests are limited; `auto`: in production"
    )
    rate_limit_member: str = Field("600/minute", description="requests of one member, on all devices together")
    rate_limit_address: str = Field(
        "600/minute", description="requests of one address without a good token, for example sign-ins"
    )
    rate_limit_store: str = Field(
        "memory://", description="where requests are counted; `memory://` counts in each process for itself"
    )

    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="lowest level that is logged")
    log_format: str = Field("auto", pattern="^(auto|json|console)$", description="`auto`: console on a terminal")

    mail_transport: str = Field(
        "console", pattern="^(console|smtp)$", description="`console` prints mails, `smtp` sends"
    )
    mail_from: str = Field("Idea Storage <no-reply@idea-storage.invalid>", description="sender of mails")
    smtp_host: str = Field("127.0.0.1", description="SMTP server")
    smtp_port: int = Field(587, ge=1, le=65_535, description="SMTP port")
    smtp_username: str | None = Field(None, description="SMTP user, if it asks for one")
    smtp_password: SecretStr | None = Field(None, description="SMTP password")
    smtp_security: str = Field("starttls", pattern="^(none|starttls|tls)$", description="how the connection is secured")

    fcm_credentials_file: Path | None = Field(None, description="service-account JSON; without it pushes are printed")
    fcm_credentials_json: SecretStr | None = Field(None, description="the same as a string, for secret stores")
    fcm_base_url: str = Field("https://fcm.googleapis.com", description="address of FCM; another one for tests only")
    fcm_timeout_seconds: float = Field(10.0, gt=0, le=60, description="longest wait for a reply of FCM")
    fcm_max_in_flight: int = Field(16, ge=1, le=256, description="sends at one time per worker")
    quiet_hours: str = Field(
        "21:00-07:30",
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$",
        description="when pushes wait, in each member's time zone, unless he chose otherwise; empty for never",
    )

    app_scheme: str = Field(
        "ideastorage",
        pattern=r"^[a-z][a-z0-9+.-]{2,40}$",
        description="scheme by which the page of invitations opens the app",
    )
    android_package: str | None = Field(
        None, pattern=r"^[A-Za-z][\w.]{2,200}$", description="Android app that opens our addresses (assetlinks.json)"
    )
    android_certificates: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="comma-separated SHA-256 fingerprints of the keys that sign it, AB:CD:…"
    )
    ios_app_ids: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="comma-separated TEAMID.bundle of iOS apps that open our addresses"
    )
    android_store_url: str | None = Field(None, pattern="^https://", description="where to get the Android app")
    ios_store_url: str | None = Field(None, pattern="^https://", description="where to get the iOS app")
    minimum_app_version: str = Field("1.0.0", pattern=r"^\d+\.\d+\.\d+$", description="older apps are asked to update")
    maintenance: bool = Field(False, description="tells apps that the service is being maintained")
    terms_version: str = Field("2026-11", description="version of the terms of use")
    roster_unverified_days: int = Field(
        180, ge=1, le=3_650, description="days after which people of a roster who have not joined are deleted"
    )
    default_locale: Locale = Field(Locale.KOREAN, description="language of new accounts")

    @model_validator(mode="before")
    @classmethod
    def _split_lists(cls, values: dict[str, object]) -> dict[str, object]:
        for name in ("trusted_proxies", "cors_origins", "android_certificates", "ios_app_ids", "passkey_origins"):
            value = values.get(name)
            if isinstance(value, str):
                values[name] = tuple(part.strip() for part in value.split(",") if part.strip())
        return values

    @model_validator(mode="after")
    def _one_provider_a_name(self) -> Self:
        for column in ("name", "issuer"):
            values = [getattr(provider, column) for provider in self.oidc_providers]
            if len(set(values)) < len(values):
                raise ValueError(f"OIDC_PROVIDERS has two entries of one {column}")
        return self

    @model_validator(mode="after")
    def _well_formed_apps(self) -> Self:
        patterns = {
            "android_certificates": r"([0-9A-F]{2}:){31}[0-9A-F]{2}",
            "ios_app_ids": r"[A-Z0-9]{10}\.[\w.-]{3,200}",
        }
        for name, pattern in patterns.items():
            if any(re.fullmatch(pattern, value) is None for value in getattr(self, name)):
                raise ValueError(f"{name.upper()} has an entry that is no such thing")
        return self

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        if self.environment is Environment.PRODUCTION and self.secret_key is None:
            raise ValueError("SECRET_KEY must be set in production: 32 or more random characters")
        insecure = [provider.name for provider in self.oidc_providers if not provider.issuer.startswith("https://")]
        if self.environment is Environment.PRODUCTION and insecure:
            raise ValueError(f"OIDC_PROVIDERS must have https:// issuers in production: {', '.join(insecure)}")
        return self

    @model_validator(mode="after")
    def _passkeys_have_a_place(self) -> Self:
        if (self.passkey_domain is None) != (not self.passkey_origins):
            raise ValueError("PASSKEY_DOMAIN and PASSKEY_ORIGINS are set together")
        wrong = [origin for origin in self.passkey_origins if not self._is_passkey_origin(origin)]
        if wrong:
            raise ValueError(f"PASSKEY_ORIGINS has origins that are not of PASSKEY_DOMAIN: {', '.join(wrong)}")
        return self

    def _is_passkey_origin(self, origin: str) -> bool:
        """An app that is known by the hash of its key, or a page of the domain; over HTTP on one's own machine only."""
        if re.fullmatch(r"android:apk-key-hash:[A-Za-z0-9_-]{43}", origin):
            return True
        page = re.fullmatch(r"(https?)://([a-z0-9.-]+)(:[0-9]+)?", origin)
        domain = self.passkey_domain or ""
        if page is None or not f".{page[2]}".endswith(f".{domain}"):
            return False
        return page[1] == "https" or (self.environment is Environment.DEVELOPMENT and page[2] == "localhost")

    @property
    def staff_needs_second_factor(self) -> bool:
        """Whether coordinators and operators without a second factor may do nothing but set one up."""
        if self.staff_second_factor == "auto":
            return self.environment is Environment.PRODUCTION
        return self.staff_second_factor == "required"

    @property
    def limits_requests(self) -> bool:
        """Whether requests are limited."""
        return self.rate_limits == "on" or (self.rate_limits == "auto" and self.environment is Environment.PRODUCTION)

    @cached_property
    def signing_key(self) -> bytes:
        """The key for cursors and mailed codes; in development made once and kept beside the database file."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value().encode()
        return _development_key(self.data_directory / "secret.key")

    @property
    def data_directory(self) -> Path:
        """The folder of the SQLite file, or ``var`` with PostgreSQL."""
        url = make_url(self.database_url)
        is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        return Path(str(url.database)).parent if is_file else Path("var")


def _development_key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass  # made by an earlier start, or by the process beside this one
    return path.read_bytes()
