"""VTK's XML files of polygons, .vtp, read and written by VTK itself."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.meshes.raw import RawMesh
from craniomark.ground.meshes.surface import Surface
from craniomark.ground.meshes.vtk_bridge import caught_messages, faces_of, scalars_of, surface_polydata

if TYPE_CHECKING:
    from vtkmodules.vtkCommonDataModel import vtkPolyData

REMEDY = "copy or export the mesh again, the file is cut off or damaged"
XML_COUNT = re.compile(rb"NumberOf(Points|Polys|Strips|Lines|Verts)=\"(\d+)\"")
# zlib can't pack more than about a thousand to one.
LARGEST_PACKING = 1100


def read(path: Path) -> RawMesh:
    """Polygons of a .vtp file.

    Raises
    ------
    InputError
        If it holds no polygons, or is broken.
    """
    from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

    data = path.read_bytes()
    if b"<VTKFile" not in data[:1024] or b"PolyData" not in data[:2048]:
        raise InputError(path, "content", "not a VTK PolyData file", "give a .vtp surface mesh")
    for name, count in XML_COUNT.findall(data):
        if int(count) > len(data) * LARGEST_PACKING:
            value = f"{int(count)}, more than the file holds"
            raise InputError(path, f"NumberOf{name.decode()}", value, REMEDY)
    if b"</VTKFile>" not in data[-1024:]:
        raise InputError(path, "end of the file", "without </VTKFile>", REMEDY)
    polydata = _updated(vtkXMLPolyDataReader(), path)
    space = polydata.GetFieldData().GetAbstractArray("SPACE")
    headers = [f"SPACE={_text(space.GetValue(0))}"] if space is not None and space.GetNumberOfValues() else []
    return _raw(polydata, path, headers)


def _updated(reader: Any, path: Path) -> "vtkPolyData":
    with caught_messages() as messages:
        reader.SetFileName(str(path))
        reader.Update()
        said = _text(messages.GetOutput())
    if "ERR" in said or "Error" in said:
        message = re.sub(r"\s+", " ", said.split("): ", 1)[-1]).strip()[:80]
        raise InputError(path, "content", f"not readable ({message})", REMEDY)
    return reader.GetOutput()


def _text(said: str | bytes) -> str:
    # VTK hands text that is not UTF-8 over as bytes.
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _raw(polydata: "vtkPolyData", path: Path, headers: list[str]) -> RawMesh:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    if not polydata.GetNumberOfPoints():
        raise InputError(path, "vertices", "none", "give a surface mesh")
    vertices: NDArray[np.float64] = vtk_to_numpy(polydata.GetPoints().GetData()).astype(np.float64)
    sizes, corners = faces_of(polydata)
    return RawMesh(vertices, sizes, corners, scalars_of(polydata), headers)


def write(surface: Surface, path: Path) -> None:
    """Write a .vtp file in LPS mm with all scalars; the coordinate system stands in its field data."""
    from vtkmodules.vtkCommonCore import vtkStringArray
    from vtkmodules.vtkIOXML import vtkXMLPolyDataWriter

    polydata = surface_polydata(surface)
    if surface.left_right_known:
        space = vtkStringArray()
        space.SetName("SPACE")
        space.InsertNextValue("LPS")
        polydata.GetFieldData().AddArray(space)
    _write(vtkXMLPolyDataWriter(), polydata, path)


def _write(writer: Any, polydata: "vtkPolyData", path: Path) -> None:
    writer.SetInputData(polydata)
    with written_whole(path) as part, caught_messages():
        writer.SetFileName(str(part))
        if not writer.Write():
            raise InputError(path, "output", "not written", "choose a folder with room on its disk")
