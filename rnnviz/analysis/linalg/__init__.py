"""Norms of long products of matrices, without forming every product."""
