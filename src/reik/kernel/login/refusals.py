"""Why somebody does not come in, or may not change how she does. The message says what to do."""


class LoginRefused(Exception):
    """`code` is a code word for the screens; who may come in, the sentence never says."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class AccountRefused(ValueError):
    """An account that cannot be made, invited or ended like this."""
