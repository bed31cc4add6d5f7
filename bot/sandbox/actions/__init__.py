"""What can happen: each action changes the state and tells the Apps about it."""
