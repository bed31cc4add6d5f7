"""The plan language: text in, a typed `Plan` and its diagnostics out. Pure; it refuses I/O."""
