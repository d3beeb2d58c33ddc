"""The pages: one package a page."""
