"""Bounded reading of files that nobody vouches for: zip archives and types of numbers."""
