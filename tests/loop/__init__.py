"""Tests of what follows from findings."""
