"""Floors that are not there: they know `ingest` events and their wire form, and nothing else of ours."""
