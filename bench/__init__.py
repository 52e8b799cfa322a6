"""What Floorwatch costs and holds, measured: `python -m bench`; see docs/performance.md."""
