"""What managers sign: days, weeks, months and years as tables whose every ratio names its denominator."""
