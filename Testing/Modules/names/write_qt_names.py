"""Write ``qt_names.json``: what Qt 5.15 and Qt 6 both have, since Slicer is built with either.

Run where both are installed (PyQt5 5.15 and PySide6), apart from the double, which changes the classes::

    python Testing/Modules/names/write_qt_names.py
"""

import importlib
import json
import re
from pathlib import Path
from typing import Any

MODULES = ("QtCore", "QtGui", "QtWidgets")
WANTED = tuple(
    re.findall(
        r"\w+",
        """
        QObject QTimer QProcess QProcessEnvironment QSettings QFile QFileInfo QDir QUrl QSize QPoint
        QRect QLocale QDateTime QEventLoop QIODevice QByteArray QStandardPaths QFileSystemWatcher
        QSignalBlocker QModelIndex QMimeData QAbstractItemModel QItemSelectionModel QItemSelection
        QSortFilterProxyModel QStandardItemModel QStandardItem Qt QColor QBrush QPen QFont
        QFontMetrics QIcon QPixmap QImage QPainter QPalette QCursor QKeySequence QDesktopServices
        QClipboard QGuiApplication QCoreApplication QApplication QKeyEvent QMouseEvent QTextCursor
        QTextDocument QValidator QAction QShortcut QWidget QFrame QLabel QAbstractButton QPushButton
        QToolButton QCheckBox QRadioButton QButtonGroup QGroupBox QLineEdit QTextEdit QPlainTextEdit
        QTextBrowser QAbstractSpinBox QSpinBox QDoubleSpinBox QAbstractSlider QSlider QProgressBar
        QComboBox QTabWidget QTabBar QStackedWidget QSplitter QScrollArea QAbstractScrollArea
        QToolBar QAbstractItemView QTableView QTableWidget QTableWidgetItem
        QTableWidgetSelectionRange QTreeView QTreeWidget QTreeWidgetItem QListView QListWidget
        QListWidgetItem QHeaderView QLayout QBoxLayout QHBoxLayout QVBoxLayout QFormLayout
        QGridLayout QSpacerItem QSizePolicy QDialog QMessageBox QFileDialog QInputDialog
        QProgressDialog QDialogButtonBox QMenu QMainWindow QStatusBar QToolTip QStyle QCompleter
        QDockWidget
        """,
    )
)
NOT_IN_PYTHONQT = {"tr", "connect", "disconnect", "staticMetaObject"}
GROUPS = ("properties", "signals", "slots", "names")
Content = dict[str, dict[str, Any]]


def content(package: str) -> Content:
    """What a package has: for each class its base, properties, signals, slots and other names."""
    modules = [importlib.import_module(f"{package}.{name}") for name in MODULES]
    found: Content = {}
    for name in WANTED:
        kind = next((getattr(m, name) for m in modules if hasattr(m, name)), None)
        if kind is None:
            raise SystemExit(f"{package} has no {name}")
        base = next((b.__name__ for b in kind.__mro__[1:] if b.__name__ in WANTED), "")
        found[name] = {"base": base, "kind": kind, **_members(kind)}
    return found


def _members(kind: Any) -> dict[str, list[str]]:
    meta = getattr(kind, "staticMetaObject", None)
    own: dict[str, list[str]] = {"properties": [], "signals": [], "slots": []}
    if meta is not None and hasattr(meta, "propertyOffset"):
        own["properties"] = [meta.property(n).name() for n in range(meta.propertyCount())]
        methods = [meta.method(n) for n in range(meta.methodCount())]
        for group, number in (("signals", 1), ("slots", 2)):
            same = [m for m in methods if _number(m.methodType()) == number and _number(m.access()) == 2]
            own[group] = [s for s in map(_signature, same) if not s.startswith("_q_")]
    names = [n for n in dir(kind) if not n.startswith("_") and not isinstance(getattr(kind, n, None), type)]
    return {**own, "names": names}


def _number(value: Any) -> int:
    return int(getattr(value, "value", value))


def _signature(method: Any) -> str:
    return bytes(method.methodSignature()).decode()


def both(first: Content, second: Content) -> Content:
    """What is in both, each class without what its base has."""
    common: Content = {}
    for name in WANTED:
        one, other = first[name], second[name]
        common[name] = {"base": one["base"], **{g: sorted({*one[g]} & {*other[g]}) for g in GROUPS}}
        common[name]["names"] = [n for n in one["names"] if hasattr(other["kind"], n)]  # values of enums too
    return {name: _without(common, name) for name in WANTED}


def _without(common: Content, name: str) -> dict[str, Any]:
    base, own = common[name]["base"], common[name]
    kept: dict[str, Any] = {"base": base}
    for group in GROUPS:
        known = {*common[base][group]} if base else set()
        if group == "names":
            known |= {*own["properties"], *(s.split("(")[0] for s in own["signals"]), *NOT_IN_PYTHONQT}
        rest = [n for n in own[group] if n not in known]
        if rest:
            kept[group] = rest
    return kept


def main() -> None:
    """Write the list."""
    from PyQt5.QtCore import QT_VERSION_STR
    from PySide6.QtCore import qVersion

    classes = both(content("PyQt5"), content("PySide6"))
    told = f"names that Qt {QT_VERSION_STR} and Qt {qVersion()} both have, by write_qt_names.py"
    lines = [f"  {json.dumps(name)}: {json.dumps(held)}" for name, held in classes.items()]
    text = f'{{"about": {json.dumps(told)}, "classes": {{\n' + ",\n".join(lines) + "\n}}\n"
    Path(__file__).with_name("qt_names.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
