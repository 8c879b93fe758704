"""Who may do what on the tour of mini-clusters: follow them."""

from tests.permissions.rules import EVERYBODY, Rule, may, nobody, signed_in


def _of_everybody(**more: object) -> Rule:
    """On a mini-cluster, for everybody signed in."""
    rule: Rule = Rule(
        {"home": may(*EVERYBODY), "foreign": may(*EVERYBODY), "missing": nobody(404)},
        path={"mini_cluster_id": "mini_cluster"},
        **more,  # type: ignore[arg-type]
    )
    return rule


RULES = {
    "follow_mini_cluster": _of_everybody(),
    "unfollow_mini_cluster": _of_everybody(),
    "list_my_mini_cluster_follows": signed_in(),
}
