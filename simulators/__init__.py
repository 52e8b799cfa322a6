"""Floors that are not there: they know `ingest` events, their wire form and queueing theory, nothing else."""
