"""Seeded chance: every draw comes from a key, so that one exam can be made again without those before it."""

from datetime import date
from hashlib import blake2b
from math import exp
from random import Random
from uuid import UUID


def chance(seed: int, *key: str | int | date) -> Random:
    """A generator of its own for a seed and a key; the same ones give the same draws on any machine."""
    return Random("/".join(map(str, (seed, *key))))


def uid(seed: int, *key: str | int | date) -> str:
    """A UID made from a UUID (PS3.5 section B.2), the same for the same seed and key."""
    digest = blake2b("/".join(map(str, (seed, *key))).encode(), digest_size=16).digest()
    return f"2.25.{UUID(bytes=digest, version=5).int}"


def lognormal(draw: Random, log_sd: float) -> float:
    """A factor with median 1 and the given standard deviation of its logarithm."""
    return exp(draw.gauss(0.0, log_sd))


def poisson(draw: Random, mean: float) -> int:
    """A count with the given mean (arrivals in unit time)."""
    count, time = 0, draw.expovariate(1.0)
    while time < mean:
        count, time = count + 1, time + draw.expovariate(1.0)
    return count
