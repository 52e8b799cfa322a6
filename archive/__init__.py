"""Past business days as partitioned parquet: written whole, corrected by versions, read lazily."""
