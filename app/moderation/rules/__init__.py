"""The rules of the house of a consortium, in versions."""
