"""From raw text to clauses and turns: language, script, segments, transcripts. Pure functions."""
