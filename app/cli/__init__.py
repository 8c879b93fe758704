"""The command line ``idea-storage``: one module per command. Its texts are English; it speaks to operators.

Commands import what they work with when they run: `--help` and the processes that ``serve`` starts need none of it.
"""


def main() -> None:
    """Run the command that the arguments of this process name."""
    from app.cli.application import application

    application(prog_name="idea-storage")
