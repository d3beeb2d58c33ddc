"""Bounded reading: zip files, number types and arrays from files that nobody vouches for."""
