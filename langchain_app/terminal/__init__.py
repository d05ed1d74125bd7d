"""What the `dramatis` commands do and print."""
