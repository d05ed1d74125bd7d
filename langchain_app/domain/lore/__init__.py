"""What can be known, and the lorebooks that tell it."""
