"""Why there is no forecast. Apart from the forecast itself, which loads numpy."""


class HistoryError(ValueError):
    """Past counts that no forecast can be made of: the message says why."""


class SpecialError(ValueError):
    """The list of special days cannot be taken: the message names file and line."""
