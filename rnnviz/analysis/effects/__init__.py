"""What a prediction rests on: tokens replaced, units silenced, runs compared, ready-made experiments."""
