"""What is kept of a caller's number: enough to tell two callers apart on a wall, not to call back."""


def masked(number: str) -> str:
    """A caller's number with all but its last three digits hidden; short numbers are hidden whole."""
    digits = "".join(c for c in number if c.isascii() and c.isdigit())
    if not digits:
        return ""
    return "•••" + (digits[-3:] if len(digits) > 4 else "")
