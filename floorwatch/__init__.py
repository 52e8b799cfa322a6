"""Floorwatch watches a call-centre floor live: the command line, the settings, the wiring."""
