"""NumPy's files: .npz and .npy."""
