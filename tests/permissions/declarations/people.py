"""Who may do what about himself, his sessions, devices and inbox; accounts; what needs no sign-in."""

from tests.factories import TERMS, client_id
from tests.permissions.rules import (
    EVERYBODY,
    FOREIGN_READERS,
    HOME_READERS,
    Json,
    Outcome,
    Rule,
    may,
    nobody,
    only,
    public,
    signed_in,
)
from tests.permissions.world import World


def _own(kind: str, **more: object) -> Rule:
    """A thing of one person, of which nobody else knows."""
    rule: Rule = Rule(
        {"home": may("author"), "foreign": may("foreigner"), "missing": nobody(404)},
        path={f"{kind}_id": kind},
        **more,  # type: ignore[arg-type]
    )
    return rule


def _account(world: World, _target: str) -> Json:
    return {
        "id": client_id(),
        "email": "new.person@example.kr",
        "name": "새사람",
        "organisation_id": world.ids["organisation", "home"],
        "position": "사원",
    }


def _device(_world: World, _target: str) -> Json:
    return {
        "token_kind": "token",
        "token": "another-token",
        "platform": "ios",
        "app_version": "1.0.0",
        "locale": "ko",
        "time_zone": "Asia/Seoul",
    }


RULES = {
    "get_me": signed_in(),
    "update_me": signed_in(body=lambda _world, _target: {"name": "새이름"}),
    # The password is wrong, or there is none: that it was asked for shows that the actor was let in.
    "change_my_password": signed_in(
        body=lambda _world, _target: {"new_password": "correct horse battery", "current_password": "wrong"},
        accepts=frozenset({422}),
    ),
    "accept_terms": signed_in(body=lambda _world, _target: {"version": TERMS}),
    "create_email_change": signed_in(body=lambda _world, _target: {"email": "another@example.kr"}),
    # Nobody here has asked for one.
    "confirm_email_change": Rule(
        {"missing": nobody(404)},
        path={"change_id": "email_change"},
        body=lambda _world, _target: {"old_code": "123456", "new_code": "654321"},
    ),
    "register_applicant": public(),
    "confirm_applicant": public(),
    "request_password_reset": public(),
    "complete_password_reset": public(),
    "sign_in_with_second_factor": public(),
    "get_my_second_factor": signed_in(),
    "create_my_totp": signed_in(),
    # Nobody here has one: that there is none to confirm, renew or disable shows that the actor was let in.
    "confirm_my_totp": signed_in(body=lambda _world, _target: {"code": "123456"}, accepts=frozenset({409})),
    "renew_my_recovery_codes": signed_in(body=lambda _world, _target: {"code": "123456"}, accepts=frozenset({409})),
    "disable_my_second_factor": signed_in(body=lambda _world, _target: {"code": "123456"}, accepts=frozenset({409})),
    "reset_second_factor": Rule(
        {"home": may("operator", others=403), "missing": Outcome(frozenset(), EVERYBODY - {"operator"})},
        path={"account_id": "account"},
    ),
    "get_my_erasure": signed_in(),
    # Nobody here has a password: that the proof was asked for shows that the actor was let in.
    "request_my_erasure": signed_in(
        body=lambda _world, _target: {"password": "correct horse battery"}, accepts=frozenset({422})
    ),
    "undo_my_erasure": signed_in(),
    "create_data_export": signed_in(body=lambda _world, _target: {"id": client_id()}),
    "list_my_data_exports": signed_in(),
    "get_data_export": _own("export"),
    "get_data_export_archive": public(),
    "create_passkey_challenge": public(),
    "sign_in_with_passkey": public(),
    # The proof is wrong, and there is no such challenge: that they were looked at shows that the actor was let in.
    "create_my_passkey_challenge": signed_in(
        body=lambda _world, _target: {"password": "correct horse battery"}, accepts=frozenset({422})
    ),
    "create_my_passkey": signed_in(
        body=lambda _world, _target: {"challenge_id": client_id(), "credential": "{}", "name": "전화"},
        accepts=frozenset({410}),
    ),
    "list_my_passkeys": signed_in(),
    "update_my_passkey": Rule(
        {"missing": nobody(404)}, path={"passkey_id": "passkey"}, body=lambda _world, _target: {"name": "전화"}
    ),
    "delete_my_passkey": Rule({"missing": nobody(404)}, path={"passkey_id": "passkey"}),
    "list_my_blocks": signed_in(),
    # Of people of other consortia, who have not written where one reads, one does not know.
    "put_block": Rule(
        {"home": may(*HOME_READERS), "foreign": may(*FOREIGN_READERS), "missing": nobody(404)},
        path={"account_id": "account"},
    ),
    # Whether the person exists is not told.
    "delete_block": Rule({"home": may(*EVERYBODY), "missing": may(*EVERYBODY)}, path={"account_id": "account"}),
    "list_my_identities": signed_in(),
    # No provider is configured here.
    "link_my_identity": Rule(
        {"missing": nobody(404)},
        path={"provider": "provider"},
        body=lambda _world, _target: {"id_token": "a.b.c", "nonce": "12345678"},
    ),
    "unlink_my_identity": Rule({"missing": nobody(404)}, path={"provider": "provider"}),
    "sign_in_with_id_token": public(),
    "list_my_sessions": signed_in(),
    "end_my_current_session": signed_in(),
    "end_my_session": _own("session"),
    "get_my_notification_settings": signed_in(),
    "put_my_notification_settings": signed_in(
        body=lambda _world, _target: {"quiet_hours": None, "hides_content": True, "choices": []}
    ),
    "get_inbox": signed_in(),
    "get_unread_count": signed_in(),
    "mark_inbox_item_read": Rule({"missing": nobody(404)}, path={"item_id": "inbox_item"}),
    "mark_inbox_read": Rule({"missing": nobody(404)}, body=lambda _world, _target: {"up_to": client_id()}),
    # An id that is another person's device cannot be taken, and nobody is told that it exists.
    "register_device": Rule({"missing": may(*EVERYBODY)}, path={"device_id": "device"}, body=_device),
    "remove_device": _own("device"),
    "list_devices": signed_in(),
    "list_device_deliveries": _own("device"),
    "create_test_push": _own("device"),
    "create_account": only("operator", body=_account),
    "refresh_session": public(),
    "request_sign_in_code": public(),
    "sign_in_with_code": public(),
    "sign_in_with_password": public(),
    "get_config": public(),
    "get_liveness": public(),
    "get_readiness": public(),
    "get_metrics": public(),
}
