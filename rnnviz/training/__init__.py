"""Training with rnnviz's own back-propagation.

for progress in Trainer(TASKS["counter"](), "lstm").run():
    print(progress)

Or watched, in slices: run = Run(Settings.usual(task, "lstm"), task); run.work(0.5); run.history.loss
"""

from .card import trained_model
from .live_run import Run
from .recipe import Recipe
from .run_settings import Settings
from .tasks import TASKS, Level, MissingDataError, Probe, Task
from .trainer import Progress, Trainer

__all__ = [
    "TASKS",
    "Level",
    "MissingDataError",
    "Probe",
    "Progress",
    "Recipe",
    "Run",
    "Settings",
    "Task",
    "Trainer",
    "trained_model",
]
