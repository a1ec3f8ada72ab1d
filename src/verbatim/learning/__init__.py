"""From examples to a model and its figures: read, fit, evaluate."""
