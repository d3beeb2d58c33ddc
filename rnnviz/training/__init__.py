"""Training with rnnviz's own back-propagation.

for progress in Trainer(TASKS["counter"](), "lstm").run():
    print(progress)

Or watched, in slices: run = TrainingRun(Settings.for_task(task, "lstm"), task); run.work(0.5); run.history.loss
"""

from .recipe import Recipe
from .run_settings import Settings
from .tasks import TASKS, Level, MissingDataError, Probe, Task
from .trainer import StepReport, Trainer
from .training_card import trained_model
from .training_run import TrainingRun

__all__ = [
    "TASKS",
    "Level",
    "MissingDataError",
    "Probe",
    "Recipe",
    "Settings",
    "StepReport",
    "Task",
    "Trainer",
    "TrainingRun",
    "trained_model",
]
