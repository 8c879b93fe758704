"""A person's rights to his own data: taking it along, and having it erased."""
