"""Announcements (공지): what officers, managers and coordinators tell everyone of their mini-cluster or consortium."""
