"""The one error whose message is written for a person."""


class KallsvarError(Exception):
    """An expected failure; ``str(error)`` is Swedish and says what to do."""
