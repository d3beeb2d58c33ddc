"""Gradients through time and through layers."""
