"""The HTTP side: routes translate, call and return."""
