"""What is hostile in form, and what no reply may say."""
