"""What the doors do: the only place that joins files, models and statistics."""
