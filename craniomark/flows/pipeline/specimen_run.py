"""One specimen from file to outputs, or to a refusal with its reason."""

import time
from dataclasses import replace
from typing import Any

from craniomark.flows.pipeline.outputs import NO_MASK, is_whole, mask_path, write_outputs, write_refusal
from craniomark.flows.pipeline.prediction import Progress
from craniomark.flows.pipeline.record import Record
from craniomark.flows.pipeline.request import Predictor, Request
from craniomark.flows.pipeline.source import checksum, look_at, same
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import Specimen, read_scan
from craniomark.ground.volumes import Volume


def run_specimen(specimen: Specimen, request: Request, predictor: Predictor, progress: Progress) -> Record:
    """Read, predict and write all files of one specimen.

    Raises
    ------
    InputError
        If the input is bad, no model fits, no skull is found or the folder can't be written.
    """
    start = time.perf_counter()
    # Looked at before reading: a file that changes meanwhile makes the record out of date, not the result.
    source = look_at(specimen.path)
    progress("read", 0.0)
    volume = read_specimen(specimen, request)
    source = replace(source, sha256=checksum(specimen.path))
    read = time.perf_counter() - start
    prediction, model = predictor.predict(specimen, volume, progress)
    notes: tuple[str, ...] = ()
    if request.mask:
        progress("mask", 0.0)
        notes = _masked(specimen, volume, request)
    progress("write", 0.0)
    seconds = {"read": read, "total": time.perf_counter() - start}
    record = Record(
        specimen.id,
        "done",
        source,
        told(specimen, request),
        model=model,
        seconds=seconds,
        group=specimen.group,
        notes=notes,
    )
    return write_outputs(volume, prediction, record, request.out)


def _masked(specimen: Specimen, volume: Volume, request: Request) -> tuple[str, ...]:
    """Write the bone mask; returns a note where there is none."""
    from craniomark.flows.segmentation.beside import network_beside, write_mask_beside

    if specimen.kind != "ct":
        return (NO_MASK,)
    network = network_beside(request.model, request.options.device)
    write_mask_beside(volume, specimen.path, mask_path(request.out, specimen.id), network)
    return ()


def read_specimen(specimen: Specimen, request: Request) -> Volume:
    """The volume of `specimen`, with the spacing that the user gave; a mesh is filled with voxels."""
    return read_scan(specimen, request.spacing, request.unit)


def told(specimen: Specimen, request: Request) -> dict[str, Any]:
    """What was asked of this specimen: the choices of the run, and the spacing that a list gives it."""
    choices = request.told()
    if request.spacing is None and specimen.spacing is not None:
        choices |= {"spacing": list(specimen.spacing), "unit": "mm"}
    return choices


def refuse(specimen: Specimen, request: Request, reason: str) -> Record:
    """Write the record of a specimen that was refused."""
    source = look_at(specimen.path)
    record = Record(
        specimen.id, "refused", source, told(specimen, request), reason=reason, group=specimen.group
    )
    return write_refusal(record, request.out)


def is_settled(record: Record | None, specimen: Specimen, request: Request, predictor: Predictor,
               started: float) -> bool:  # fmt: skip
    """Whether nothing is left to do for a specimen.

    A result counts if it was made since the run began, by another worker, or if the run resumes
    an earlier one; in both cases the source, the options and the model must still be the same, and
    none of the files may be gone. A refusal counts only within the same run.
    """
    if record is None or record.options != told(specimen, request):
        return False
    if record.outcome == "refused":
        return record.finished_at >= started and same(record.source, specimen.path)
    if not (request.resume or record.finished_at >= started):
        return False
    if record.model is None or not same(record.source, specimen.path) or not is_whole(record, request.out):
        return False
    return predictor.identity(request.model or record.model.name) == record.model


def sentence_of(error: BaseException) -> str:
    """What to tell the user of a failed specimen."""
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There was too little memory: use fewer --jobs or a machine with more."
    return f"CranioMark itself failed ({type(error).__name__}: {error}): see why by --debug."
