"""Device, threads, memory, disk and folders."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from craniomark.flows.bundle import find_bundles, load_bundle, user_models_folder
from craniomark.flows.bundle.search import FoundBundle
from craniomark.flows.datasets.fetch import data_folder
from craniomark.flows.datasets.folders import data_folder_given, user_data_folder
from craniomark.flows.datasets.registry import sample_sets
from craniomark.flows.doctor.check import Check
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.checks.memory import available_memory

_GIB = 2**30
ENOUGH_MEMORY = 3 * _GIB
ENOUGH_DISK = 2 * _GIB


def machine_checks() -> Iterator[Check]:
    """Check what the machine offers and where things lie."""
    yield device_check()
    yield threads_check()
    yield memory_check(available_memory())
    folder = user_data_folder()
    yield writable_check("user data folder", folder)
    yield writable_check("working folder", Path.cwd())
    yield disk_check(folder)
    yield from model_checks()
    yield data_check()


def device_check() -> Check:
    """Whether torch sees a GPU; the processor suffices."""
    try:
        import torch

        if torch.cuda.is_available():
            return Check("device", "ok", f"GPU: {torch.cuda.get_device_name(0)}")
    except Exception as error:  # drivers and libraries fail in many ways
        return Check("device", "note", f"processor only ({error})")
    return Check("device", "ok", "processor only, which suffices")


def threads_check() -> Check:
    """Cores that this process may use, and the threads that it is told to use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    told = os.environ.get("OMP_NUM_THREADS", "")
    value = f"{cores} cores" + (f", OMP_NUM_THREADS={told}" if told else "")
    if told.isdecimal() and int(told) > cores:
        return Check(
            "threads", "note", value, f"Set OMP_NUM_THREADS to at most {cores}: more threads are slower."
        )
    return Check("threads", "ok", value)


def memory_check(free: int | None) -> Check:
    """Whether one scan fits into the free memory, bytes."""
    if free is None:
        return Check("memory", "note", "unknown", "Keep 3 GB free for one scan.")
    value = f"{free / _GIB:.1f} GiB free"
    if free < ENOUGH_MEMORY:
        return Check("memory", "note", value, "Close other programs: one scan takes up to 3 GiB.")
    return Check("memory", "ok", value)


def disk_check(folder: Path) -> Check:
    """Room on the disk of `folder`, or of the nearest folder above it that exists."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(there).free
    value = f"{free / _GIB:.1f} GiB free at {there}"
    if free < ENOUGH_DISK:
        return Check("disk", "note", value, "Make room: results and downloads need about 2 GiB.")
    return Check("disk", "ok", value)


def writable_check(name: str, folder: Path) -> Check:
    """Whether files can be written in `folder`; nothing of the attempt is left."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    probe = there / f".craniomark-doctor-{os.getpid()}"
    try:
        with written_whole(probe) as part:
            part.write_bytes(b"")
        probe.unlink(missing_ok=True)
    except (InputError, OSError):
        return Check(name, "bad", f"{folder}, not writable", "Make it writable, or work in another folder.")
    return Check(name, "ok", str(folder) if folder.exists() else f"{folder} (made when needed)")


def model_checks() -> Iterator[Check]:
    """Verify every byte of every bundle on the search path."""
    found = find_bundles()
    if not any(bundle.manifest for bundle in found):
        remedy = f"Fetch one with `craniomark bundle fetch`, or put a bundle into {user_models_folder()}."
        yield Check("models", "bad", "none found", remedy)
    for bundle in found:
        yield model_check(bundle)


def model_check(bundle: FoundBundle) -> Check:
    """Verify one bundle."""
    name = f"model {bundle.name}"
    try:
        manifest = load_bundle(bundle.path).manifest
    except InputError as error:
        return Check(name, "bad", str(error), "Fetch or make it anew, or take it off the search path.")
    low, high = manifest.size_range_mm
    what = f"{manifest.version}, {manifest.kind} of {low:g} to {high:g} mm"
    value = f"{what}, verified, {bundle.place}: {bundle.path}"
    if bundle.hidden:
        return Check(name, "note", f"{value}; another of this name comes first", "Delete one of the two.")
    return Check(name, "ok", value)


def data_check() -> Check:
    """Where sample data are looked for, and which are there."""
    given = data_folder_given()
    if given is not None and not given.is_dir():
        return Check(
            "sample data", "note", f"CRANIOMARK_DATA={given}, not there", "Correct or unset the variable."
        )
    here = [name for name, data in sample_sets().items() if data_folder(data)]
    where = f"CRANIOMARK_DATA={given}" if given else str(user_data_folder() / "data")
    if not here:
        return Check("sample data", "ok", f"none in {where}; `craniomark data fetch` brings them")
    return Check("sample data", "ok", f"{', '.join(here)} in {where}")
