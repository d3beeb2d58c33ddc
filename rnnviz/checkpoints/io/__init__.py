"""Bounded reading of untrusted files: zip archives and types of numbers."""
