"""From the rows of ``queries`` to what one member is shown."""

from typing import Any

from sqlalchemy import Row

from app.consortia.lifetime import has_ended
from app.consortia.policy import (
    actions_in_consortium,
    actions_in_mini_cluster,
    role_in_consortium,
    role_in_mini_cluster,
)
from app.consortia.schemas import (
    Complex,
    ComplexCard,
    Consortium,
    ConsortiumCard,
    Member,
    MiniCluster,
    OrganisationCard,
    Region,
)
from app.identity.actor import Actor


def region_view(row: Row[Any]) -> Region:
    """The region of a row that has one."""
    return Region(code=row.region_code, name_ko=row.region_name_ko, name_en=row.region_name_en)


def complex_view(row: Row[Any]) -> Complex:
    """An industrial complex."""
    return Complex(**_complex_fields(row), region=region_view(row))


def consortium_view(row: Row[Any], actor: Actor) -> Consortium:
    """A consortium for one member."""
    return Consortium(
        **_consortium_fields(row),
        region=_region_or_none(row),
        archived_at=row.consortium_archived_at,
        my_role=role_in_consortium(actor, row.consortium_id),
        is_linked=row.consortium_id in actor.linked_consortium_ids,
        allowed_actions=[
            str(action)
            for action in actions_in_consortium(
                actor,
                row.consortium_id,
                lives=not has_ended(row.consortium_archived_at, row.consortium_ends_on),
                is_archived=row.consortium_archived_at is not None,
            )
        ],
    )


def mini_cluster_view(row: Row[Any], actor: Actor) -> MiniCluster:
    """A mini-cluster for one member."""
    actions = actions_in_mini_cluster(
        actor,
        row.id,
        row.consortium_id,
        lives=row.dissolved_at is None,
        consortium_lives=not has_ended(row.consortium_archived_at, row.consortium_ends_on),
    )
    return MiniCluster(
        id=row.public_id,
        name_ko=row.name_ko,
        name_en=row.name_en,
        industry=row.industry,
        consortium=ConsortiumCard(**_consortium_fields(row)),
        region=_region_or_none(row),
        complex=ComplexCard(**_complex_fields(row)) if row.complex_code else None,
        dissolved_at=row.dissolved_at,
        merged_into_id=row.merged_into_public_id,
        split_from_id=row.split_from_public_id,
        my_role=role_in_mini_cluster(actor, row.id, row.consortium_id),
        is_linked=row.consortium_id in actor.linked_consortium_ids,
        member_count=row.member_count,
        allowed_actions=[str(action) for action in actions],
    )


def member_view(row: Row[Any]) -> Member:
    """A member with his card."""
    organisation = None
    if row.organisation_public_id:
        organisation = OrganisationCard(
            id=row.organisation_public_id, name=row.organisation_name, kind=row.organisation_kind
        )
    return Member(id=row.public_id, name=row.name, position=row.position, organisation=organisation, role=row.role)


def _region_or_none(row: Row[Any]) -> Region | None:
    return region_view(row) if row.region_code else None


def _complex_fields(row: Row[Any]) -> dict[str, Any]:
    return {
        "code": row.complex_code,
        "role": row.complex_role,
        "name_ko": row.complex_name_ko,
        "name_en": row.complex_name_en,
        "industry_ko": row.complex_industry_ko,
        "industry_en": row.complex_industry_en,
    }


def _consortium_fields(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.consortium_public_id,
        "kind": row.consortium_kind,
        "name_ko": row.consortium_name_ko,
        "name_en": row.consortium_name_en,
        "ends_on": row.consortium_ends_on,
        "mini_cluster_count": row.mini_cluster_count,
    }
