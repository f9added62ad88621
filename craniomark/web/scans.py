"""Scans and surfaces read by threads, the next one ahead, so that the page goes on."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from craniomark.flows.pipeline.bone_box import bone_threshold
from craniomark.ground.meshes import Surface, read_surface
from craniomark.ground.specimens import Specimen
from craniomark.ground.volumes import Volume, read_volume
from craniomark.web.bone_surface import Bone, bone_of
from craniomark.web.heat import Compared, read_compared, true_beside

AHEAD_BYTES = 400 << 20
"""Larger files are not read before they are asked for."""


@dataclass(frozen=True, eq=False)
class Scan:
    """A scan with the bone in it."""

    volume: Volume
    bone: Bone


Read = Scan | Surface | Compared


def read_specimen(specimen: Specimen) -> Read:
    """What a specimen's file holds.

    Raises
    ------
    InputError
        If it can't be read.
    """
    if specimen.kind == "surface":
        true = true_beside(specimen.path)
        return read_surface(specimen.path) if true is None else read_compared(specimen.path, true)
    volume = read_volume(specimen.path, spacing=specimen.spacing)
    return Scan(volume, bone_of(volume, bone_threshold(volume)))


class Scans:
    """Reads what is asked for, and one more ahead.

    Parameters
    ----------
    follow : callable
        Calls a step again and again until it returns True, in the thread of the page.
    read : callable
        Reads a specimen, in a thread.
    """

    def __init__(
        self,
        follow: Callable[[Callable[[], bool]], None],
        read: Callable[[Specimen], Read] = read_specimen,
    ) -> None:
        self._follow, self._read = follow, read
        self._reading: dict[Specimen, _Reading] = {}
        self._wanted: Specimen | None = None

    @property
    def busy(self) -> bool:
        """Whether something that is asked for is being read."""
        return self._wanted is not None

    def ask(
        self,
        specimen: Specimen,
        then: Callable[[Read], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Read a specimen, and give it to `then`; what was asked for before is forgotten."""
        reading = self._begin(specimen)
        self._wanted = specimen
        self._keep(specimen)

        def step() -> bool:
            if self._wanted is not specimen or self._reading.get(specimen) is not reading:
                return True
            if not reading.done:
                return False
            self._wanted = None
            del self._reading[specimen]
            if reading.error is not None:
                failed(reading.error)
            elif reading.found is not None:
                then(reading.found)
            return True

        self._follow(step)

    def ahead(self, specimen: Specimen) -> None:
        """Read a specimen that will be asked for next, if it is not too large."""
        try:
            small = specimen.path.is_file() and specimen.path.stat().st_size <= AHEAD_BYTES
        except OSError:
            return
        if small:
            self._begin(specimen)
            self._keep(specimen)

    def forget(self) -> None:
        """Hand nothing over any more."""
        self._wanted = None
        self._reading.clear()

    def _begin(self, specimen: Specimen) -> "_Reading":
        if specimen not in self._reading:
            self._reading[specimen] = _Reading(lambda: self._read(specimen))
        return self._reading[specimen]

    def _keep(self, specimen: Specimen) -> None:
        """Memory for one that is asked for and one ahead."""
        wanted = (specimen, self._wanted)
        self._reading = {one: reading for one, reading in self._reading.items() if one in wanted}


class _Reading:
    """One file, read by a thread."""

    def __init__(self, read: Callable[[], Read]) -> None:
        self.found: Read | None = None
        self.error: Exception | None = None
        self._thread = threading.Thread(
            target=lambda: self._run(read), name="craniomark reading", daemon=True
        )
        self._thread.start()

    @property
    def done(self) -> bool:
        return not self._thread.is_alive()

    def _run(self, read: Callable[[], Read]) -> None:
        try:
            self.found = read()
        except Exception as error:
            self.error = error
