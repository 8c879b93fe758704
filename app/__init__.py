"""Idea Storage: the backend of the idea app of industrial mini-clusters."""
