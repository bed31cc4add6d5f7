"""Kills real processes at random moments under a stream of webhooks, and counts what is missing."""
