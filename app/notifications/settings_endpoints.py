"""The routes by which members choose how they are told."""

from fastapi import APIRouter

from app.consortia.dependencies import MiniClusterId
from app.identity.dependencies import ReadActor, WriteActor, WriteSession
from app.notifications import place_preferences, preferences
from app.notifications.quiet_hours import QuietHours
from app.notifications.schemas import (
    MiniClusterNotificationSettings,
    MiniClusterNotificationSettingsUpdate,
    NotificationSettings,
    NotificationSettingsUpdate,
)
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["inbox"])


@router.get(
    "/me/notification-settings",
    summary="How I am told",
    description="My own choice, or what goes for all who did not choose.",
    responses=problem_responses(401, 503),
)
async def get_my_notification_settings(
    actor: ReadActor, connection: ReadConnection, resources: InjectedResources
) -> NotificationSettings:
    """Show the settings."""
    usual = QuietHours.parse(resources.settings.quiet_hours)
    return await preferences.show_settings(connection, actor, usual)


@router.put(
    "/me/notification-settings",
    summary="Choose how I am told",
    description="What falls into the quiet hours is pushed, bundled, when they end; nothing is lost. Single ideas are"
    " muted by `PUT /v1/ideas/{idea_id}/mute`.",
    responses=problem_responses(401, 422, 503),
)
async def put_my_notification_settings(
    request: NotificationSettingsUpdate, actor: WriteActor, session: WriteSession, resources: InjectedResources
) -> NotificationSettings:
    """Store the settings."""
    await preferences.put_settings(session, actor, request)
    usual = QuietHours.parse(resources.settings.quiet_hours)
    return await preferences.show_settings(session, actor, usual)


@router.get(
    "/mini-clusters/{mini_cluster_id}/notification-settings",
    summary="How I am told of a mini-cluster",
    description="By what I chose for it, for all of them, or by default.",
    responses=problem_responses(401, 404, 422, 503),
)
async def get_mini_cluster_notification_settings(
    mini_cluster_id: MiniClusterId, actor: ReadActor, connection: ReadConnection
) -> MiniClusterNotificationSettings:
    """Show the settings of a mini-cluster."""
    return await place_preferences.show_of_mini_cluster(connection, actor, mini_cluster_id)


@router.put(
    "/mini-clusters/{mini_cluster_id}/notification-settings",
    summary="Choose how I am told of a mini-cluster",
    description="For the reasons named; of the others I am told as of every mini-cluster.",
    responses=problem_responses(401, 404, 422, 503),
)
async def put_mini_cluster_notification_settings(
    mini_cluster_id: MiniClusterId,
    request: MiniClusterNotificationSettingsUpdate,
    actor: WriteActor,
    session: WriteSession,
) -> MiniClusterNotificationSettings:
    """Store the settings of a mini-cluster."""
    await place_preferences.put_of_mini_cluster(session, actor, mini_cluster_id, request)
    return await place_preferences.show_of_mini_cluster(session, actor, mini_cluster_id)


@router.delete(
    "/mini-clusters/{mini_cluster_id}/notification-settings",
    status_code=204,
    summary="Tell me of a mini-cluster as of every other",
    description="One need not have chosen otherwise.",
    responses=problem_responses(401, 404, 422, 503),
)
async def delete_mini_cluster_notification_settings(
    mini_cluster_id: MiniClusterId, actor: WriteActor, session: WriteSession
) -> None:
    """Forget the settings of a mini-cluster."""
    await place_preferences.forget_of_mini_cluster(session, actor, mini_cluster_id)
