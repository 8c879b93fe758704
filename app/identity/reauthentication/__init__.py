"""Showing again who one is, before something that can't be taken back."""
