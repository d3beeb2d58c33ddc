"""Keras's files and live layers, of Keras 2 and 3. Keras itself is never imported."""
