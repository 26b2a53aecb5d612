"""Plain words to a typed plan to an answer; one folder per language for words."""
