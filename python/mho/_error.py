"""The one exception of the package."""


class Error(Exception):
    """What the library, the simulator or a check of arguments found wrong.

    code: the library's name of it (too_large, bad_shape, unknown_name, ..), bad_input for a scenario or plugin,
    failed for a run that could not go on.
    """

    def __init__(self, message: str, code: str = "failed") -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> "tuple[type, tuple[str, str]]":
        return type(self), (str(self), self.code)


Error.__module__ = "mho"
