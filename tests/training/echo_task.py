"""A task that a test can train in a moment, and that lives in no file of the tasks' folder."""

import numpy as np

from rnnviz.text.tokens import Vocabulary
from rnnviz.training import Level, Probe, Recipe, Task
from rnnviz.training.batches import Batch
from rnnviz.training.loss import surprisal


class Echo(Task):
    """Say the token that was read one step ago."""

    name = "echo"
    title = "Echo: what was the last token?"
    reads = "x, y and z"
    predicts = "the token before"
    answer_due = "every step"
    examples = ("xyz",)
    note = "A test's own."
    base_recipe = Recipe(
        embedding=4, hidden=8, epochs=4, batch=8, learning_rate=3e-2, dropout_inputs=0.1, dropout_top=0.1
    )
    sources = ()

    def load(self, folders):
        self.vocabulary = Vocabulary.collect("characters", ["xyz"])
        self.labels = ["x", "y", "z"]
        self.split = {}
        self.chance = Level(1 / 3, float(np.log(3)), "One of three tokens, all equally likely.")
        self.best = Level(1.0, 0.0, "The token before has been read.")
        self.probe = Probe("xyzzyx", np.array([0, 0, 1, 2, 2, 1]), np.array([0, 0.2, 0.2, 0.2, 0.2, 0.2], np.float32))

    length, validation_tokens = 6, 6 * 64

    def steps_per_epoch(self, batch):
        return 20

    def batches(self, rng, batch):
        for k in range(20):
            inputs = rng.integers(1, 4, size=(6, batch))
            targets = np.roll(inputs, 1, axis=0) - 1
            weights = np.full(inputs.shape, 1 / (5 * batch), np.float32)
            weights[0] = 0
            yield Batch(inputs, targets, weights, continues=k % 5 > 0)

    def validate(self, network):
        (batch,) = list(self.batches(np.random.default_rng(99), 64))[:1]
        logits = network.forward(batch.inputs).logits
        each = surprisal(logits, batch.targets)
        right = logits.argmax(-1) == batch.targets
        return {"validation_loss": float(each[1:].mean()), "accuracy": float(right[1:].mean())}

    def held_out_scores(self, network):
        return {"metric": "accuracy", "test": self.validate(network)["accuracy"]}
