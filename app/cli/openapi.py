"""``idea-storage openapi``: the document of the API."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli.errors import one_line_errors


def openapi(
    output: Annotated[Path | None, typer.Option(help="File to write; without it the document is printed.")] = None,
) -> None:
    """Print the OpenAPI document. It depends on this release only, never on settings."""
    with one_line_errors():
        document = openapi_document()
        if output is None:
            typer.echo(document, nl=False)
        else:
            output.write_text(document, encoding="utf-8")
            typer.echo(f"Wrote {output}.", err=True)


def openapi_document() -> str:
    """The document as it is committed: two spaces of indent, Korean as it is read, a line end at the end."""
    from app.core.settings import Settings
    from app.main import create_app

    # Built without reading the environment, so that no setting of this machine can leave a trace in the document.
    app = create_app(Settings.model_construct())
    return json.dumps(app.openapi(), ensure_ascii=False, indent=2) + "\n"
