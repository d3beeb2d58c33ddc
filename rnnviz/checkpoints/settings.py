"""What a fact can be, by value, in words that say who writes it so: the same for every format."""

from __future__ import annotations

HARD_2, HARD_3 = "hard_sigmoid(0.2, 0.5)", "hard_sigmoid(0.16666667, 0.5)"
GATES = {
    "sigmoid": "sigmoid (usual; Keras since 2.3)",
    HARD_2: "hard sigmoid, slope 0.2 (Keras until 2.2, and Keras 2’s own)",
    HARD_3: "hard sigmoid, slope 1/6 (Keras 3, PyTorch)",
}
ACTIVATIONS = {
    "tanh": "tanh (usual)",
    "relu": "relu",
    "sigmoid": "sigmoid",
    "linear": "none (linear)",
    "softsign": "softsign",
    "softplus": "softplus",
    "elu(1)": "elu",
    HARD_2: "hard sigmoid, slope 0.2 (Keras 2)",
    HARD_3: "hard sigmoid, slope 1/6 (Keras 3)",
}
RESETS = {
    "after": "after the matrix product (PyTorch, cuDNN, Keras since 2.3)",
    "before": "before the matrix product (Cho et al., Keras until 2.2, ONNX’s default)",
}
UPDATES = {
    "keeps": "z keeps the old state: h′ = (1 − z) n + z h (PyTorch, Keras, ONNX)",
    "writes": "z writes the candidate: h′ = z n + (1 − z) h (Chung et al., many textbooks)",
}
MERGES = {"concat": "side by side", "sum": "added", "mul": "multiplied", "ave": "averaged"}
