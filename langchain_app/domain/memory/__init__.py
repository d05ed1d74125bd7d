"""What is remembered, told on, and fades."""
