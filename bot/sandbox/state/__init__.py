"""What exists on this GitHub: values and records without behaviour towards the outside."""
