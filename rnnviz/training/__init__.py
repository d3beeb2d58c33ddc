"""Training of recurrent networks with rnnviz's own back-propagation.

for report in Trainer(TASKS["counter"](), "lstm").run():
    print(report)

Or in slices, with curves and snapshots: run = TrainingRun(Settings.for_task(task, "lstm"), task); run.work(0.5).
"""

from .baselines import NaiveBayes, NGrams, TunedNaiveBayes, tune_naive_bayes
from .batches import Batch
from .clipping_runs import clipping_runs
from .diagnosis import Diagnosis, Explosion, diagnose, find_explosion
from .first_step import FirstStep
from .history import History, Snapshot, Snapshots
from .loss import cross_entropy, log_softmax, loss_and_gradients, state_gradient_norms, surprisal
from .optimiser import Adam, clip_gradients
from .recipe import Recipe
from .run_limits import check_limits, multiply_adds, sequential_steps
from .run_settings import Settings
from .step_timing import StepTimes, time_training_steps
from .tasks import TASKS, DataSource, Level, MissingDataError, Probe, Task
from .trainer import StepReport, Trainer
from .training_card import trained_model
from .training_run import TrainingRun

__all__ = [
    "TASKS",
    "Adam",
    "Batch",
    "DataSource",
    "Diagnosis",
    "Explosion",
    "FirstStep",
    "History",
    "Level",
    "MissingDataError",
    "NGrams",
    "NaiveBayes",
    "Probe",
    "Recipe",
    "Settings",
    "Snapshot",
    "Snapshots",
    "StepReport",
    "StepTimes",
    "Task",
    "Trainer",
    "TrainingRun",
    "TunedNaiveBayes",
    "check_limits",
    "clip_gradients",
    "clipping_runs",
    "cross_entropy",
    "diagnose",
    "find_explosion",
    "log_softmax",
    "loss_and_gradients",
    "multiply_adds",
    "sequential_steps",
    "state_gradient_norms",
    "surprisal",
    "time_training_steps",
    "trained_model",
    "tune_naive_bayes",
]
