"""Where events become facts, and facts figures: the one writer of a site."""
