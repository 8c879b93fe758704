"""Acts on ideas and comments, each with its reason, each undoable."""
