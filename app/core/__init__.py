"""What every layer stands on: settings, database, errors, cursors, logging, clock. Knows nothing of the product."""
