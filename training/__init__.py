"""What makes the models that the platform ships."""
