"""The one error a user is shown: which file, which field, what value, and what to do."""

from os import PathLike


class InputError(ValueError):
    """Bad input or arguments, told in one sentence.

    Parameters
    ----------
    file : str or path
        File, folder or argument that is wrong.
    field : str
        What about it is wrong, e.g. ``"spacing"``.
    value : object
        The value found there.
    remedy : str
        What the user can do, without a final full stop.
    """

    def __init__(self, file: str | PathLike[str], field: str, value: object, remedy: str) -> None:
        self.file, self.field, self.value, self.remedy = str(file), field, value, remedy
        super().__init__(f"{self.file}: {field} is {value}: {remedy}.")

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.file, self.field, self.value, self.remedy)
