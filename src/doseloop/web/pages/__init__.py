"""One page a file: its view, its table and its routes."""
