"""The part of git that a pull request needs: objects, history, differences and merges."""
