"""The claims of training.md."""

from math import exp, log

from rnnviz import zoo
from rnnviz.training import TASKS, FirstStep, clipping_runs
from rnnviz.training.clipping_runs import DELAYS

from . import CELLS, card, percent, rounded, trained_models

STEP = FirstStep(TASKS["counter"](), "rnn")
RECURRENT = "rnn.weight_hh_l0"


def counter_starts_worse_than_guessing() -> None:
    """The untrained RNN of counter has 3 labels and a loss of 1.36; a third for each label costs 1.10."""
    assert len(card("counter-rnn")["labels"]) == 3
    assert rounded(STEP.loss, 2) == 1.36
    assert rounded(log(3), 2) == 1.10


def some_tasks_are_scored_at_the_end_only() -> None:
    """Recall and names are asked at the end alone, counter and shakespeare at every step."""
    for cell in CELLS:
        assert card(f"counter-{cell}")["asked"] == card(f"shakespeare-{cell}")["asked"] == "at every step"
        assert card(f"recall-{cell}")["asked"] == "at the question mark"
        assert card(f"names-{cell}")["asked"] == "at the end mark"


def one_weight_moves_against_its_gradient() -> None:
    """The weight from unit 5 to unit 6 goes from −0.3068 by 0.3 times −0.0813 to −0.2824; the loss to 1.013."""
    weights, gradients = STEP.network.parameters[RECURRENT], STEP.gradients[RECURRENT]
    assert weights.size == 64
    weight, gradient = float(weights[6, 5]), float(gradients[6, 5])
    assert rounded(weight, 4) == -0.3068 and rounded(gradient, 4) == -0.0813
    assert rounded(weight - 0.3 * gradient, 4) == -0.2824
    assert rounded(STEP.loss, 3) == 1.362 and rounded(STEP.loss_after(0.3), 3) == 1.013


def a_long_step_rises() -> None:
    """A rate 100 times larger, 30 in place of 0.3, raises the loss to 6.2; up to a rate of about 1 it falls further."""
    assert rounded(30 / 0.3) == 100
    assert rounded(STEP.loss_after(30), 1) == 6.2
    falling = [STEP.loss_after(rate) for rate in (0.01, 0.1, 0.3, 1)]
    assert falling == sorted(falling, reverse=True) and STEP.loss_after(3) > falling[-1]


def models_were_trained_with_adam() -> None:
    """All models were trained with Adam, with learning rates from 0.001 to 0.01."""
    trainings = [zoo.card(name)["training"] for name in trained_models()]
    assert all("Adam" in training["optimiser"] for training in trainings)
    rates = [training["hyperparameters"]["learning_rate"] for training in trainings]
    assert min(rates) == 0.001 and max(rates) == 0.01


def names_took_226_steps_an_epoch() -> None:
    """Of 14,409 names 64 are read in a step; 226 steps are an epoch, and 4520 are 20; the rate falls to 2 %."""
    for cell in CELLS:
        training = card(f"names-{cell}")["training"]
        assert card(f"names-{cell}")["split"]["train"] == 14_409
        assert training["hyperparameters"]["batch"] == 64 and -(-14_409 // 64) == 226
        assert training["hyperparameters"]["epochs"] == 20 and 20 * 226 == 4520
        assert percent(training["hyperparameters"]["final_rate"]) == 2


def shakespeare_reads_100_characters_a_step() -> None:
    """In 64 rows of 892,315 characters there are as many steps of 100 as an epoch had."""
    training = card("shakespeare-lstm")["training"]
    assert card("shakespeare-lstm")["split"]["train"] == 892_315
    assert training["hyperparameters"]["batch"] == 64
    assert training["steps"] // training["epochs"] == (892_315 - 1) // 64 // 100


def all_models_were_clipped_at_one() -> None:
    """Every model was trained with gradients clipped to a norm of 1."""
    assert all(zoo.card(name)["training"]["hyperparameters"]["clip"] == 1 for name in trained_models())


def clipping_helps_the_network_that_explodes() -> None:
    """On delays of 5 to 20 the first gradient has a norm of 17; 299 of 300 unclipped steps guess, clipped learn."""
    assert DELAYS == {"shortest": 5, "longest": 20}
    free, clipped = clipping_runs(300).values()
    guessing = log(8)
    assert rounded(free.norm[0]) == rounded(clipped.norm[0]) == 17 and len(free.loss) - 1 == 299
    assert all(check["validation_loss"] > 0.95 * guessing for check in free.checks)
    assert clipped.checks[-1]["validation_loss"] < 0.6 * guessing


def forget_bias_keeps_more() -> None:
    """A gate at 0.5 keeps 0.1 % over ten steps; with a bias of 1 it is 0.73 and keeps 4 %, with 3 0.95 and 62 %."""
    gates = {bias: 1 / (1 + exp(-bias)) for bias in (0, 1, 3)}
    assert gates[0] == 0.5 and percent(gates[0] ** 10, 1) == 0.1
    assert rounded(gates[1], 2) == 0.73 and percent(gates[1] ** 10) == 4
    assert rounded(gates[3], 2) == 0.95 and percent(gates[3] ** 10) == 62


def only_recall_had_a_forget_bias() -> None:
    """The LSTM of recall started with a bias of 3, its GRU with 1, all other models without."""
    biases = {name: zoo.card(name)["training"]["hyperparameters"]["keep_bias"] for name in trained_models()}
    assert {name: bias for name, bias in biases.items() if bias} == {"recall-lstm": 3, "recall-gru": 1}


def reviews_had_half_dropped() -> None:
    """The LSTM of reviews has 256,962 parameters, 12,811 reviews, and half of two vectors dropped in training."""
    found = card("reviews-lstm")
    assert found["architecture"]["parameters"] == 256_962 and found["split"]["train"] == 12_811
    assert found["training"]["hyperparameters"]["dropout_inputs"] == 0.5
    assert found["training"]["hyperparameters"]["dropout_top"] == 0.5
