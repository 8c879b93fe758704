"""Feeds: a lazy merge of the streams a viewer may read, in the order of an index."""
