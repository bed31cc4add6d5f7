"""What people ask for in comments: read, allowed or refused, carried out once."""
