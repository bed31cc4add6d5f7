"""The repository's configuration: text in, a checked `Config` out. Pure; it refuses I/O."""
