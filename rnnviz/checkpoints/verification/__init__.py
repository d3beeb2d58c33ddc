"""Whether a model computes the same as the framework that wrote its file, checked on an input and its output."""
