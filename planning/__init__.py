"""What the figures mean for tomorrow and for the next half-hour: arithmetic that knows no floor of ours."""
