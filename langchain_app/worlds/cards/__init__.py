"""Character cards and lorebooks of other people's software: read, turned into a world, given back."""
