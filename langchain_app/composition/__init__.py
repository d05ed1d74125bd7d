"""The one place that knows which adapter is in use: it picks, joins, warms and examines the parts."""
