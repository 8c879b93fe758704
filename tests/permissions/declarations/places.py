"""Who may do what to consortia, mini-clusters, links, organisations, invitations."""

from datetime import timedelta

from app.consortia.lifetime import today_in_seoul
from tests.factories import client_id
from tests.permissions.rules import (
    EVERYBODY,
    FOREIGN_READERS,
    HOME_READERS,
    HOME_STAFF,
    Json,
    Rule,
    may,
    nobody,
    only,
    public,
    signed_in,
)
from tests.permissions.world import World

_KEEPERS_OF_THE_REGISTER = ("operator", "coordinator", "foreign_coordinator")


def _place(home: list[str], foreign: list[str], **more: object) -> Rule:
    """On a place everybody knows of: forbidden to whoever may not."""
    parameter = str(more.pop("parameter", "mini_cluster"))
    rule: Rule = Rule(
        {"home": may(*home, others=403), "foreign": may(*foreign, others=403), "missing": nobody(404)},
        path={f"{parameter}_id": parameter, **more.pop("path", {})},  # type: ignore[dict-item]
        **more,  # type: ignore[arg-type]
    )
    return rule


def _of_coordinators(**more: object) -> Rule:
    return _place(["coordinator"], ["foreign_coordinator"], **more)


def _consortium(world: World, _target: str) -> Json:
    return {
        "id": client_id(),
        "kind": "theme",
        "name_ko": "테마",
        "name_en": "Theme",
        "ends_on": str(today_in_seoul() + timedelta(days=9)),
        "coordinator_ids": [str(world.people["stranger"].public_id)],
    }


def _mini_cluster(_world: World, _target: str) -> Json:
    return {"id": client_id(), "name_ko": "금형", "name_en": "Moulds", "industry": "moulds"}


def _split(world: World, target: str) -> Json:
    """Never complete: that the parts are looked at shows that the actor was let in."""
    member = str(world.people["member" if target == "home" else "foreigner"].public_id)
    return {"parts": [_mini_cluster(world, target) | {"member_ids": [member]} for _ in range(2)]}


def _invitation(world: World, target: str) -> Json:
    return {"id": client_id(), "mini_cluster_id": world.id_of("mini_cluster", target)}


RULES = {
    "list_figures_of_consortium": _place(
        ["coordinator", "operator"], ["foreign_coordinator", "operator"], parameter="consortium"
    ),
    "list_figures_of_mini_cluster": _place([*HOME_STAFF, "operator"], ["foreign_coordinator", "operator"]),
    "export_figures": _place(["coordinator", "operator"], ["foreign_coordinator", "operator"], parameter="consortium"),
    "list_regions": signed_in(),
    "list_complexes": signed_in(),
    "list_consortia": signed_in(),
    "list_mini_clusters": signed_in(),
    "get_consortium": Rule({"home": may(*EVERYBODY), "missing": nobody(404)}, path={"consortium_id": "consortium"}),
    "get_mini_cluster": Rule(
        {"home": may(*EVERYBODY), "missing": nobody(404)}, path={"mini_cluster_id": "mini_cluster"}
    ),
    "list_mini_cluster_names": Rule(
        {"home": may(*EVERYBODY), "missing": nobody(404)}, path={"mini_cluster_id": "mini_cluster"}
    ),
    "list_members": _place([*HOME_READERS], [*FOREIGN_READERS]),
    "create_consortium": only("operator", body=_consortium),
    "update_consortium": _place(
        ["operator"], ["operator"], parameter="consortium", body=lambda _world, _target: {"name_ko": "새 이름"}
    ),
    "archive_consortium": _place(
        ["operator"], ["operator"], parameter="consortium", body=lambda _world, _target: {"confirm": 2}
    ),
    "list_coordinators": _place([*HOME_READERS, "operator"], [*FOREIGN_READERS, "operator"], parameter="consortium"),
    "put_coordinator": _place(["operator"], ["operator"], parameter="consortium", path={"account_id": "account"}),
    "delete_coordinator": _place(
        ["operator"], ["operator"], parameter="consortium", path={"account_id": "coordinator"}
    ),
    # No theme consortium is in this world: nobody is told more than that there are no such rules.
    "get_theme_rules": Rule({"home": nobody(404), "missing": nobody(404)}, path={"consortium_id": "consortium"}),
    "create_mini_cluster": _of_coordinators(parameter="consortium", body=_mini_cluster),
    "update_mini_cluster": _of_coordinators(body=lambda _world, _target: {"name_ko": "새 이름"}),
    "merge_mini_cluster": _of_coordinators(body=lambda world, target: {"into_id": world.id_of("sibling", target)}),
    "split_mini_cluster": _of_coordinators(body=_split, accepts=frozenset({422})),
    "dissolve_mini_cluster": _of_coordinators(),
    "put_member_role": _place(
        [*HOME_STAFF],
        ["foreign_coordinator"],
        path={"account_id": "account"},
        body=lambda _world, _target: {"role": "chair"},
    ),
    "delete_member": _place([*HOME_STAFF], ["foreign_coordinator"], path={"account_id": "account"}),
    "list_links": _place([*HOME_READERS], [*FOREIGN_READERS], parameter="consortium"),
    "create_link": _of_coordinators(
        parameter="consortium",
        body=lambda world, target: {
            "id": client_id(),
            "consortium_id": world.ids["consortium", "foreign" if target == "home" else "home"],
        },
    ),
    "agree_to_link": Rule(
        {"home": may("coordinator"), "foreign": may("foreign_coordinator"), "missing": nobody(404)},
        path={"link_id": "link"},
    ),
    "delete_link": Rule(
        {"home": may("coordinator"), "foreign": may("foreign_coordinator"), "missing": nobody(404)},
        path={"link_id": "link"},
    ),
    "list_organisations": signed_in(),
    "get_organisation": Rule(
        {"home": may(*EVERYBODY), "missing": nobody(404)}, path={"organisation_id": "organisation"}
    ),
    "create_organisation": only(
        *_KEEPERS_OF_THE_REGISTER, body=lambda _world, _target: {"id": client_id(), "kind": "company", "name": "㈜새"}
    ),
    "update_organisation": Rule(
        {"home": may(*_KEEPERS_OF_THE_REGISTER, others=403), "missing": nobody(404)},
        path={"organisation_id": "organisation"},
        body=lambda _world, _target: {"name": "㈜새이름"},
    ),
    "verify_organisation": Rule(
        {"home": may(*_KEEPERS_OF_THE_REGISTER, others=403), "missing": nobody(404)},
        path={"organisation_id": "organisation"},
    ),
    "list_likely_duplicates": Rule(
        {"home": may(*_KEEPERS_OF_THE_REGISTER, others=403), "missing": nobody(404)},
        path={"organisation_id": "organisation"},
    ),
    "list_organisation_duplicates": only(*_KEEPERS_OF_THE_REGISTER),
    "merge_organisation": Rule(
        {"home": may(*_KEEPERS_OF_THE_REGISTER, others=403), "missing": nobody(404)},
        path={"organisation_id": "organisation"},
        body=lambda world, _target: {"into_id": world.ids["organisation", "foreign"]},
    ),
    "create_invitation": Rule(
        {
            "home": may(*HOME_STAFF, "operator", others=403),
            "foreign": may("foreign_coordinator", "operator", others=403),
            "missing": nobody(404),
        },
        body=_invitation,
    ),
    "list_invitations": _place([*HOME_STAFF, "operator"], ["foreign_coordinator", "operator"]),
    "revoke_invitation": Rule(
        {
            "home": may(*HOME_STAFF, "operator"),
            "foreign": may("foreign_coordinator", "operator"),
            "missing": nobody(404),
        },
        path={"invitation_id": "invitation"},
    ),
    "accept_invitation": public(),
    # Who holds the secret may; nobody here does.
    "accept_my_invitation": Rule({"missing": nobody(404)}, body=lambda _world, _target: {"token": "x" * 43}),
}
