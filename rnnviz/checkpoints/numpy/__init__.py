"""NumPy's files: .npz archives and .npy arrays."""
