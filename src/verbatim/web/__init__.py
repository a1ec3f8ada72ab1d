"""The pages for people: rendered here, and kept alive by scripts that call the same routes as everybody."""
