"""Where events come in: sources, and the one vocabulary they speak."""
