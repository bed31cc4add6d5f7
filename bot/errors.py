"""Errors sorted by who must act: the user, the operator, or nobody because a retry mends it."""


class PlanGateError(Exception):
    """Base of every error that Plan Gate raises on purpose; its text is meant to be read."""


class UsageError(PlanGateError):
    """The caller gave something unusable: an argument, a file, an environment variable (exit 2)."""
