"""The class decorator: annotated names become attributes that are kept in a node."""

from typing import Annotated, Any, get_args, get_origin, get_type_hints

from double.base.parameters.gui import binding_for, widgets_with_names
from double.base.parameters.storage import Storage, storage_of
from double.base.parameters.validators import Default

_RESERVED = ("parameterNode", "allParameters", "default", "dataType", "getValue", "setValue", "connectGui")


class _Parameter:
    """One parameter, as an attribute of the wrapper."""

    def __init__(self, name: str, kind: Any, storage: Storage, default: Any, notes: tuple[Any, ...]) -> None:
        self.name, self.kind, self.storage, self.notes = name, kind, storage, notes
        self.default = storage.check(default)

    def __get__(self, wrapper: Any, owner: Any = None) -> Any:
        if wrapper is None:
            return self
        node, key = wrapper.parameterNode, wrapper._prefix + self.name
        if not self.storage.held(node, key):
            if self.default is None:
                return None
            self.storage.write(node, key, self.default)  # a scene that was closed has forgotten it
        return self.storage.read(node, key)

    def __set__(self, wrapper: Any, value: Any) -> None:
        self.storage.write(wrapper.parameterNode, wrapper._prefix + self.name, value)


class _Wrapper:
    """What each decorated class can do."""

    allParameters: dict[str, _Parameter]

    def __init__(self, parameterNode: Any, prefix: str | None = None) -> None:
        assert parameterNode is not None, "a parameter node is needed"
        self.parameterNode, self._prefix = parameterNode, prefix or ""
        self._bound: dict[int, tuple[list[Any], int]] = {}
        self._tags, self._showing = 0, False
        for name in self.allParameters:
            getattr(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        known = name.startswith("_") or name == "parameterNode" or name in self.allParameters
        if not known:
            raise AttributeError(f"{type(self).__name__} has no parameter {name}")
        super().__setattr__(name, value)

    def _parameter(self, name: str) -> _Parameter:
        if name not in self.allParameters:
            raise ValueError(f"there is no parameter {name}; there are {', '.join(self.allParameters)}")
        return self.allParameters[name]

    def default(self, name: str) -> Default:
        return Default(self._parameter(name).default)

    def dataType(self, name: str) -> Any:
        return self._parameter(name).kind

    def getValue(self, name: str) -> Any:
        return self._parameter(name).__get__(self)

    def setValue(self, name: str, value: Any) -> None:
        self._parameter(name).__set__(self, value)

    def connectGui(self, gui: Any) -> int:
        """Tie the widgets that have the property SlicerParameterName to parameters, both ways."""
        return self.connectParametersToGui(widgets_with_names(gui))

    def connectParametersToGui(self, mapping: dict[str, Any]) -> int:
        bindings = [binding_for(widget, self._parameter(name)) for name, widget in mapping.items()]
        self._tags += 1
        for binding in bindings:
            binding.show(self.getValue(binding.parameter.name))
            binding.connect(lambda bound=binding: self._take(bound))
        observer = self.parameterNode.AddObserver("ModifiedEvent", lambda *_: self._show(bindings))
        self._bound[self._tags] = (bindings, observer)
        return self._tags

    def disconnectGui(self, tag: int) -> None:
        """Let widgets and parameters go apart."""
        if tag in self._bound:
            bindings, observer = self._bound.pop(tag)
            self.parameterNode.RemoveObserver(observer)
            for binding in bindings:
                binding.disconnect()

    def _take(self, binding: Any) -> None:
        if not self._showing:
            self.setValue(binding.parameter.name, binding.value())

    def _show(self, bindings: list[Any]) -> None:
        if self._showing:
            return
        self._showing = True
        try:
            for binding in bindings:
                binding.show(self.getValue(binding.parameter.name))
        finally:
            self._showing = False

    def StartModify(self) -> int:
        return int(self.parameterNode.StartModify())

    def EndModify(self, before: int) -> int:
        return int(self.parameterNode.EndModify(before))

    def Modified(self) -> None:
        self.parameterNode.Modified()

    def AddObserver(self, event: Any, callback: Any, priority: float = 0.0) -> int:
        return int(self.parameterNode.AddObserver(event, callback, priority))

    def RemoveObserver(self, tag: int) -> None:
        self.parameterNode.RemoveObserver(tag)


def parameterNodeWrapper(kind: Any = None) -> Any:
    """Turn a class with annotated names into a wrapper of a parameter node."""
    return _wrapped if kind is None else _wrapped(kind)


def _wrapped(kind: type) -> type:
    found: dict[str, _Parameter] = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if name in _RESERVED:
            raise ValueError(f"{name} can not be the name of a parameter")
        plain, *notes = get_args(hint) if get_origin(hint) is Annotated else (hint,)
        validators = tuple(note for note in notes if hasattr(note, "validate"))
        storage = storage_of(plain, validators)
        default = next((note.value for note in notes if isinstance(note, Default)), storage.start())
        found[name] = _Parameter(name, hint, storage, getattr(kind, name, default), tuple(notes))
    return type(kind.__name__, (_Wrapper,), {**found, "allParameters": found, "__module__": kind.__module__})


def isParameterNodeWrapper(what: Any) -> bool:
    return isinstance(what, _Wrapper) or (isinstance(what, type) and issubclass(what, _Wrapper))
