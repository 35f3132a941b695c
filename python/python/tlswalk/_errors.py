"""What goes wrong with a capture."""


class CaptureError(ValueError):
    """A capture that cannot be read; its text is the command line's, `<capture>: <why>`.

    What is merely damaged is no error: it is read up to the damage and behind it, and the report says so. Where a file object
    raised something itself, that is the `__cause__`.
    """

    def __init__(self, capture: str, why: str) -> None:
        super().__init__(capture, why)
        self.capture = capture
        self.why = why

    def __str__(self) -> str:
        return f"{self.capture}: {self.why}"
