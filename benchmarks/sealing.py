"""An encrypted case beside the same case in the clear: composing a line, reading a file, looking at it in a list.

    python -m benchmarks.sealing

Prints microseconds for one record, or milliseconds for a file of about 300 records, and the ratio to a yardstick taken
in the same run; then how much longer the file is.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.kit import row, timings, yardstick
from chatbot.core.events import Event
from chatbot.record.glance import glance
from chatbot.record.host import Host
from chatbot.record.identities import Keyring, new_identity, using
from chatbot.record.pen import Pen, Place
from chatbot.record.read import read_transcript
from chatbot.record.sealing import new_sealer
from tests.record import kit

STEPS: list[tuple[Event, ...]] = [(kit.answer("first", "yes"), kit.shown("second")) for _ in range(150)]


def main() -> None:
    beside = yardstick()
    print(f"yardstick {beside * 1e3:.2f} ms; ratios are to it")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        identity = new_identity(folder / "identity.key")
        sizes = []
        for what, recipients in (("in the clear", []), ("encrypted", [identity.recipient])):
            sealer = new_sealer("TESTCASE", recipients) if recipients else None
            pen, place = Pen(Host(), sealer=sealer), Place(actor="AB")
            composed = [each / 2 for each in timings(lambda pen=pen, place=place: pen.draft(STEPS[0], place), 500)]
            print(row(f"{what}: one line composed", composed, beside, "µs"))
            with kit.create(folder / what, disk=kit.QuickDisk(), recipients=recipients) as writer:
                for events in STEPS:
                    writer.append(events)
            path = writer.path
            sizes.append(path.stat().st_size)
            for known, ring in (("key unwrapped", None), ("key known", Keyring(identities=[identity]))):
                if recipients or ring is None:

                    def read(path: Path = path, ring: Keyring | None = ring) -> object:
                        return read_transcript(path, ring=ring or Keyring(identities=[identity]))

                    print(row(f"{what}: read, {known}", timings(read, 20), beside))
            with using(Keyring(identities=[identity])):
                print(row(f"{what}: looked at in a list", timings(lambda path=path: glance(path), 50), beside))
        print(f"bytes: {sizes[0]:,} in the clear, {sizes[1]:,} encrypted, ratio {sizes[1] / sizes[0]:.2f}")


if __name__ == "__main__":
    main()
