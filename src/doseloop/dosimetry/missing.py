"""What an estimate lacks: raised inside of a method, and told as `NotEstimated` by its adapter."""


class Missing(Exception):
    """One plain sentence for people: what is not recorded, or outside of what the source holds for."""
