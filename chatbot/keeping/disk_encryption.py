"""Whether the disk below a folder is encrypted, as far as Linux tells: dm-crypt anywhere below its mount."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_SYS = Path("/sys")
_MOUNTS = Path("/proc/self/mountinfo")


@dataclass(frozen=True, slots=True)
class DiskEncryption:
    """What can be told."""

    state: str
    """yes, no, or unknown."""
    said: str


def disk_encryption(folder: Path, *, sys: Path = _SYS, mounts: Path = _MOUNTS) -> DiskEncryption:
    """Say whether the disk below a folder is encrypted. Never raises: what cannot be read is unknown."""
    try:
        found = os.stat(folder)
        device = f"{os.major(found.st_dev)}:{os.minor(found.st_dev)}"
        place = sys / "dev" / "block" / device
        if not place.exists():
            place = sys / "class" / "block" / _source(folder, mounts)
        if not place.exists():
            return DiskEncryption("unknown", "whether the disk is encrypted cannot be told here")
        crypt, doubt = _below(place.resolve(), sys)
    except (OSError, ValueError, LookupError):
        return DiskEncryption("unknown", "whether the disk is encrypted cannot be told here")
    if crypt:
        return DiskEncryption("yes", f"the disk is encrypted ({crypt})")
    if doubt:
        return DiskEncryption("unknown", "whether the disk is encrypted cannot be told here")
    return DiskEncryption(
        "no", "no encryption below the file system; one by the drive, the host or the file system itself cannot be told"
    )


def _source(folder: Path, mounts: Path) -> str:
    """Return the device that the mount of a folder comes from, by name. Raises: LookupError."""
    place = folder.resolve()
    best, source = "", ""
    for line in mounts.read_text("utf-8", "replace").splitlines():
        words = line.split()
        mounted = words[4].replace("\\040", " ")
        if (str(place) == mounted or place.is_relative_to(mounted)) and len(mounted) >= len(best):
            best, source = mounted, words[words.index("-") + 2]
    if not source.startswith("/dev/"):
        raise LookupError(source)
    return Path(source).resolve().name


def _below(device: Path, sys: Path, depth: int = 0) -> tuple[str, bool]:
    """Return the dm-crypt device at or below a device, and whether something below could not be looked at."""
    uuid = device / "dm" / "uuid"
    if uuid.is_file() and uuid.read_text("ascii", "replace").startswith("CRYPT-"):
        name = (device / "dm" / "name").read_text("utf-8", "replace").strip()
        return f"dm-crypt, {name}", False
    slaves = device / "slaves"
    below = sorted(slaves.iterdir()) if slaves.is_dir() else []
    if not below or depth > 8:
        return "", depth > 8
    found = [_below((sys / "class" / "block" / each.name).resolve(), sys, depth + 1) for each in below]
    # Only when every disk below is encrypted is what stands above it.
    if all(crypt for crypt, _ in found):
        return found[0][0], False
    return "", any(doubt for _, doubt in found)
