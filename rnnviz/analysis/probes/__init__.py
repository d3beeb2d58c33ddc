"""Probes: what can be read from the states of a network."""
