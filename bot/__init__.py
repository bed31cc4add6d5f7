"""Plan Gate: a GitHub App that keeps code from merging until its plan is approved."""

__version__ = "0.1.0"
