"""Nobody but the author brings an idea before more people: what would, waits for his consent."""
