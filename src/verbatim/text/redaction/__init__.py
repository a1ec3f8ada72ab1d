"""What is personal in a text, found by rule and replaced by placeholders before the text is stored."""
