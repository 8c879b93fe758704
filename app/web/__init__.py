"""What every endpoint needs of HTTP: connections per request, errors, paging, idempotency, middleware, the document."""
