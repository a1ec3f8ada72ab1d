"""Figures become the parts of a briefing: which sentences are true of them, by rules, and what is shown beside."""
