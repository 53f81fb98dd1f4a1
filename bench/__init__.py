"""What is measured, with the raw limit beside it: `python -m bench` runs it, docs/performance.md explains it."""
