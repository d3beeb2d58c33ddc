"""Weights written as JSON: state dicts, and the layers of RTNeural, GuitarML and NAM."""
