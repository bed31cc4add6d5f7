"""Pages for people: a calm likeness of a pull request on GitHub."""
