"""What a prediction rests on: units silenced, runs compared, ready-made experiments."""
