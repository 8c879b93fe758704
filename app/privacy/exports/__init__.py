"""Taking along what the service knows of oneself: asked for, made by the worker, fetched by a link that soon ends."""
