"""Invitations: a link that makes one person a member of one mini-cluster in one role."""
