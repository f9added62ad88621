"""How values of each type are kept in a node of the scene: as text, and nodes as references."""

import enum
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, get_args, get_origin


@dataclass(frozen=True)
class Storage:
    """Reads and writes values of one type.

    Attributes
    ----------
    kind : type
        Of the values.
    validators : tuple
        That a value must pass before it is written.
    """

    kind: Any
    validators: tuple[Any, ...] = ()

    def start(self) -> Any:
        """What a parameter is before it is set, where no default is named."""
        if issubclass(self.kind, enum.Enum):
            return next(iter(self.kind))
        return self.kind()

    def held(self, node: Any, name: str) -> bool:
        return (
            bool(node.HasParameter(name))
            if hasattr(node, "HasParameter")
            else name in node.GetParameterNames()
        )

    def check(self, value: Any) -> Any:
        """`value` in the type of the parameter, validated; raises TypeError and ValueError."""
        value = self._typed(value)
        for validator in self.validators:
            validator.validate(value)
        return value

    def _typed(self, value: Any) -> Any:
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if issubclass(self.kind, PurePath) and isinstance(value, str):
            return self.kind(value)
        if not isinstance(value, self.kind) or (self.kind is int and isinstance(value, bool)):
            raise TypeError(f"a parameter takes {self.kind.__name__}, not {value!r}")
        return value

    def write(self, node: Any, name: str, value: Any) -> None:
        value = self.check(value)
        node.SetParameter(name, value.name if isinstance(value, enum.Enum) else str(value))

    def read(self, node: Any, name: str) -> Any:
        text = node.GetParameter(name)
        if self.kind is bool:
            return text.lower() in ("true", "1")
        if issubclass(self.kind, enum.Enum):
            return self.kind[text]
        return self.kind(text)


@dataclass(frozen=True)
class NodeStorage(Storage):
    """Keeps a reference to a node of the scene; None where there is none."""

    def start(self) -> Any:
        return None

    def held(self, node: Any, name: str) -> bool:
        return node.GetNodeReferenceID(name) is not None

    def check(self, value: Any) -> Any:
        if value is not None and not (hasattr(value, "IsA") and isinstance(value, self.kind)):
            raise TypeError(f"a parameter takes {self.kind.__name__} or None, not {value!r}")
        for validator in self.validators:
            validator.validate(value)
        return value

    def write(self, node: Any, name: str, value: Any) -> None:
        value = self.check(value)
        node.SetNodeReferenceID(name, value.GetID() if value is not None else None)

    def read(self, node: Any, name: str) -> Any:
        return node.GetNodeReference(name)


@dataclass(frozen=True)
class ListStorage(Storage):
    """Keeps a list: its length, and each element by its number."""

    element: Storage = Storage(str)

    def start(self) -> Any:
        return []

    def check(self, value: Any) -> Any:
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"a parameter takes a list, not {value!r}")
        for validator in self.validators:
            validator.validate(value)
        return [self.element.check(each) for each in value]

    def write(self, node: Any, name: str, value: Any) -> None:
        value = self.check(value)
        state = node.StartModify()
        try:
            node.SetParameter(name, str(len(value)))
            for number, each in enumerate(value):
                self.element.write(node, f"{name}.{number}", each)
        finally:
            node.EndModify(state)

    def read(self, node: Any, name: str) -> Any:
        return [self.element.read(node, f"{name}.{number}") for number in range(int(node.GetParameter(name)))]


def storage_of(kind: Any, validators: tuple[Any, ...] = ()) -> Storage:
    """The storage for a type.

    Raises
    ------
    TypeError
        If parameters can not be of this type.
    """
    import slicer

    if get_origin(kind) is list:
        return ListStorage(list, validators, storage_of(get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode):
        return NodeStorage(kind, validators)
    if isinstance(kind, type) and (
        kind in (bool, int, float, str) or issubclass(kind, (enum.Enum, PurePath))
    ):
        return Storage(Path if kind is PurePath else kind, validators)
    raise TypeError(f"the double has no parameters of type {kind}")
