"""What a gated state holds, as the exact sum of what each step wrote into it."""
