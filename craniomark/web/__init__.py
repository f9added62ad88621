"""Review in the browser: the same Slicer scene, views and presenters as on the desktop, served by trame.

Nothing here decides anything about landmarks: the presenters of `craniomark.desktop` do, on a scene that
lives in the server. trame and trame_slicer are imported inside functions, as few programs need them.
"""
