import numpy as np
from hollow_heads import hollow_head

from craniomark.ground.meshes.normals import face_normals, unit, vertex_normals


def test_normals_of_a_closed_surface_look_outwards():
    head = hollow_head(hole=0.0, wall=6.9)
    outward = unit(head.vertices)
    assert ((vertex_normals(head) * outward).sum(1) > 0).mean() > 0.9
    lengths = np.linalg.norm(face_normals(head), axis=1)
    assert np.allclose(lengths[lengths > 0], 1)


def test_zero_stays_zero():
    assert unit(np.zeros((2, 3))).tolist() == [[0, 0, 0], [0, 0, 0]]
