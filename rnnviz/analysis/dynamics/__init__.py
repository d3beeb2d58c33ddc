"""What a recurrence does with a vector over many steps."""
