"""Tests of the plan language, and of the commands that are made of it alone."""
