"""The weights of a model: gate by gate, their spectra, and those of two models compared."""
