"""The REST API: routes, who may call them, and what GitHub answers."""
