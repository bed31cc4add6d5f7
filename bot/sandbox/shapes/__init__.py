"""State in GitHub's JSON: one function a shape, used by answers and webhooks alike."""
