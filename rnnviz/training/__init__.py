"""Training with rnnviz's own back-propagation.

for progress in Trainer(TASKS["counter"](), "lstm").run():
    print(progress)
"""

from .card import trained_model
from .recipe import Recipe
from .tasks import TASKS, MissingDataError, Task
from .trainer import Progress, Trainer

__all__ = ["TASKS", "MissingDataError", "Progress", "Recipe", "Task", "Trainer", "trained_model"]
