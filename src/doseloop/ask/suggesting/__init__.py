"""What a language model is told of a question, and what is let through of what it answers."""
