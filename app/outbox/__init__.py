"""Events written in the transaction in which they happen, and handled by the worker afterwards."""
