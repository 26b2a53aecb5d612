"""Makers' quirks, one file a maker: each entry has an id, when it applies, what it does and what it was seen in."""
