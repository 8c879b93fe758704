"""Cases: what is reported of one idea or comment, until somebody entitled decides it."""
