"""The error tree, named by what the caller must do next."""


class MarigraphError(Exception):
    """Root of every error that Marigraph raises on purpose; its text is fit to be shown to a person."""


class TemporaryError(MarigraphError):
    """Try again later: nothing the caller sent is at fault."""


class PermanentError(MarigraphError):
    """Trying again changes nothing: the caller, a setting or a file must change first."""


class SettingsError(PermanentError):
    """The settings do not allow a start; every problem found is listed, one a line."""

    def __init__(self, problems: list[str]) -> None:
        """Take one sentence for each problem, each naming the setting and the cure."""
        super().__init__("\n".join(problems))
        self.problems = problems
