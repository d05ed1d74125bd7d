"""Chat models: one file a provider, and one way to stream a reply from any of them."""
