"""Where figures become alerts. Reads `stream`, is read by `dashboard`; see docs/architecture.md."""
