"""Models of the scene drawn as a 3D view would draw them: the double has no views."""

import os


def rendered(scene, path, names, size=(1100, 620), title=""):
    """Draw models with the colours of their display nodes, and a colour bar for the first; writes a PNG."""
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    import vtk

    renderer, window = vtk.vtkRenderer(), vtk.vtkRenderWindow()
    renderer.SetBackground(1, 1, 1)
    window.SetOffScreenRendering(True)
    window.SetSize(*size)
    window.AddRenderer(renderer)
    for number, name in enumerate(names):
        mapper = actor_of(renderer, scene.GetFirstNodeByName(name))
        if number == 0:
            renderer.AddViewProp(bar(mapper, title))
    camera = renderer.GetActiveCamera()  # RAS: from above, the snout upwards
    camera.SetFocalPoint(0, 0, 0)
    camera.SetPosition(0, -0.25, 1)
    camera.SetViewUp(0, 1, 0)
    renderer.ResetCamera()
    camera.Zoom(1.35)
    light = vtk.vtkLightKit()
    light.AddLightsToRenderer(renderer)
    window.Render()
    shot, writer = vtk.vtkWindowToImageFilter(), vtk.vtkPNGWriter()
    shot.SetInput(window)
    writer.SetInputConnection(shot.GetOutputPort())
    writer.SetFileName(str(path))
    writer.Write()
    return path


def actor_of(renderer, node):
    """Add a model node to a renderer; returns its mapper."""
    import vtk

    display, smooth = node.GetDisplayNode(), vtk.vtkPolyDataNormals()
    smooth.SetInputData(node.GetPolyData())
    smooth.SplittingOff()
    mapper, actor = vtk.vtkPolyDataMapper(), vtk.vtkActor()
    mapper.SetInputConnection(smooth.GetOutputPort())
    mapper.SetScalarVisibility(bool(display.GetScalarVisibility()))
    if display.GetScalarVisibility():
        mapper.SetScalarModeToUsePointFieldData()
        mapper.SelectColorArray(display.GetActiveScalarName())
        mapper.SetLookupTable(display.GetColorNode().GetLookupTable())
        mapper.SetScalarRange(*display.GetScalarRange())
    actor.SetMapper(mapper)
    actor.GetProperty().SetColor(*display.GetColor())
    actor.GetProperty().SetOpacity(display.GetOpacity())
    parent = node.GetParentTransformNode()
    if parent is not None:
        matrix = vtk.vtkMatrix4x4()
        parent.GetMatrixTransformToWorld(matrix)
        actor.SetUserMatrix(matrix)
    if display.GetVisibility():
        renderer.AddActor(actor)
    return mapper


def bar(mapper, title):
    """A colour bar at the right."""
    import vtk

    found = vtk.vtkScalarBarActor()
    found.SetLookupTable(mapper.GetLookupTable())
    found.SetTitle(title + "\n")
    found.SetNumberOfLabels(5)
    found.SetLabelFormat("{:.2f}" if vtk.vtkVersion.GetVTKMinorVersion() >= 6 else "%.2f")
    found.SetMaximumWidthInPixels(90)
    found.SetPosition(0.9, 0.15)
    found.SetHeight(0.7)
    found.UnconstrainedFontSizeOn()
    for text in (found.GetTitleTextProperty(), found.GetLabelTextProperty()):
        text.SetColor(0.1, 0.1, 0.1)
        text.SetFontSize(16)
        text.BoldOff()
        text.ItalicOff()
        text.ShadowOff()
    return found
