"""How often and how far samples are changed: one dataclass for each kind of augmentation.

Every probability of 0, the default, leaves its kind out.
"""

from dataclasses import dataclass, field, fields

from craniomark.parts.augment.fieldofview import FieldRange
from craniomark.parts.augment.intensity import IntensityRange
from craniomark.parts.augment.pose import PoseRange

MODES = ("3d", "2d", "mixed")
FILLS = ("zero", "mean", "either")


@dataclass(frozen=True)
class _Range:
    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, float) and not 0 <= value < float("inf"):
                raise ValueError(f"{one.name} is {value}: give a number that is not negative")
            if one.metadata.get("share") and not value <= 1:
                raise ValueError(f"{one.name} is {value}: give a number from 0 to 1")
            allowed = one.metadata.get("allowed")
            if allowed and value not in allowed:
                raise ValueError(f"{one.name} is {value!r}: give one of {', '.join(allowed)}")


def _share() -> float:
    return field(default=0.0, metadata={"share": True})


def _words(default: str, allowed: tuple[str, ...]) -> str:
    return field(default=default, metadata={"allowed": allowed})


@dataclass(frozen=True)
class MirrorRange(_Range):
    """Mirror images and exchanged axes.

    Attributes
    ----------
    flip, transpose : float
        Probability that each axis is mirrored, and that two axes are exchanged: the two within sections,
        where a recipe has sections, else two of all.
    """

    flip: float = _share()
    transpose: float = _share()


@dataclass(frozen=True)
class AffineRange(_Range):
    """Affine warps about the middle of the image.

    Attributes
    ----------
    probability : float
        That there is one.
    pose : PoseRange
        Rotation, size, stretch and shift.
    shear : float
        Largest shear, mm per mm.
    """

    probability: float = _share()
    pose: PoseRange = field(default_factory=PoseRange)
    shear: float = 0.0


@dataclass(frozen=True)
class RotationRange(_Range):
    """Rotation within sections, or of a picture: about the axis across the sections alone.

    Attributes
    ----------
    probability : float
        That there is one.
    degrees : float
        Largest angle.
    """

    probability: float = _share()
    degrees: float = 0.0


@dataclass(frozen=True)
class ElasticRange(_Range):
    """Smooth deformations.

    Attributes
    ----------
    probability : float
        That there is one.
    amplitude : float
        Largest standard deviation of the displacement, mm.
    width : float
        mm: distance of control points, or standard deviation of the Gaussian that smooths noise.
    flat : bool
        Only within sections.
    """

    probability: float = _share()
    amplitude: float = 0.0
    width: float = 1.0
    flat: bool = False


@dataclass(frozen=True)
class SlipRange(_Range):
    """Sections out of place.

    Attributes
    ----------
    slip, shift : float
        Probability, for each section, that it alone slips; and that it and all after it are shifted.
    misaligned : float
        Probability that all sections are out of place, each by itself.
    off : float
        Largest distance along each axis, mm, of slips and shifts.
    degrees : float
        Largest rotation along with them.
    jitter : float
        Standard deviation of the distance, mm, of sections of a volume that is misaligned.
    """

    slip: float = _share()
    shift: float = _share()
    misaligned: float = _share()
    off: float = 0.0
    degrees: float = 0.0
    jitter: float = 0.0


@dataclass(frozen=True)
class WindowRange(_Range):
    """Cropped and padded images.

    Attributes
    ----------
    probability : float
        That there is a window at all.
    crop, pad : float
        Largest share of the voxels that each side loses, or gets in addition.
    shape : tuple of int
        Voxels of all windows, at random places; empty for windows of any size.
    """

    probability: float = _share()
    crop: float = _share()
    pad: float = _share()
    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class LooksRange(_Range):
    """Brightness, noise, blur and shading; half of all samples are left as they are where it is 0.5.

    Attributes
    ----------
    probability : float
        That brightness is changed, and each of the others by itself.
    intensity : IntensityRange
        How far; the blur in voxels.
    offset : float
        Largest absolute number that is added.
    mode : {"3d", "2d", "mixed"}
        Brightness of the volume, of each section by itself, or of either with equal probability.
    """

    probability: float = _share()
    intensity: IntensityRange = field(default_factory=IntensityRange)
    offset: float = 0.0
    mode: str = _words("3d", MODES)


@dataclass(frozen=True)
class ResolutionRange(_Range):
    """Loss of resolution.

    Attributes
    ----------
    probability : float
        That there is some.
    factor : float
        Largest factor of the voxel size.
    across : bool
        Only across the sections, as of thicker ones.
    """

    probability: float = _share()
    factor: float = 1.0
    across: bool = False


@dataclass(frozen=True)
class DefectRange(_Range):
    """Defective sections, of which no two are adjacent.

    Attributes
    ----------
    missing, low_contrast, artefact, fold : float
        Probability, for each section, of each; their sum is at most 1.
    fill : {"zero", "mean", "either"}
        What is where tissue is not seen.
    contrast : float
        Most contrast that sections of low contrast have left.
    spot : float
        Largest width of spots of dirt, mm.
    depth, reach, line : float
        Of folds, mm: most tissue that one side of a fold hides, how far it draws on the rest, and half
        the thickness of the dark line.
    """

    missing: float = _share()
    low_contrast: float = _share()
    artefact: float = _share()
    fold: float = _share()
    fill: str = _words("either", FILLS)
    contrast: float = field(default=0.3, metadata={"share": True})
    spot: float = 1.0
    depth: float = 1.0
    reach: float = 4.0
    line: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.missing + self.low_contrast + self.artefact + self.fold > 1:
            raise ValueError("missing, low_contrast, artefact and fold: give at most 1 in all")
        if not self.depth < self.reach:
            raise ValueError(f"depth is {self.depth}: give less than the reach, {self.reach}")


@dataclass(frozen=True)
class Recipe:
    """Which augmentations there are, in the order in which they act.

    Attributes
    ----------
    sections : int
        Axis across the sections, 0 to 2, where the images are stacks of sections; -1 where not.
    mirror, affine, rotation, control_points, gaussian, window, slips, defects, resolution, looks : ranges
        See each.
    field : FieldRange
        Fields of view that end short of the image.
    clutter : float
        Probability of each of two bright things beside the specimen.
    """

    sections: int = -1
    mirror: MirrorRange = field(default_factory=MirrorRange)
    affine: AffineRange = field(default_factory=AffineRange)
    rotation: RotationRange = field(default_factory=RotationRange)
    control_points: ElasticRange = field(default_factory=ElasticRange)
    gaussian: ElasticRange = field(default_factory=ElasticRange)
    window: WindowRange = field(default_factory=WindowRange)
    slips: SlipRange = field(default_factory=SlipRange)
    defects: DefectRange = field(default_factory=DefectRange)
    clutter: float = _share()
    resolution: ResolutionRange = field(default_factory=ResolutionRange)
    looks: LooksRange = field(default_factory=LooksRange)
    field: FieldRange = field(default_factory=FieldRange)

    def __post_init__(self) -> None:
        if not -1 <= self.sections < 3:
            raise ValueError(f"sections is {self.sections}: give an axis from 0 to 2, or -1")
        if not 0 <= self.clutter <= 1:
            raise ValueError(f"clutter is {self.clutter}: give a probability from 0 to 1")
        needs = (self.slips.slip, self.slips.shift, self.slips.misaligned, self.defects.missing,
                 self.defects.low_contrast, self.defects.artefact, self.defects.fold)  # fmt: skip
        if self.sections < 0 and any(needs):
            raise ValueError("slips and defects are of sections: give sections the axis across them")
