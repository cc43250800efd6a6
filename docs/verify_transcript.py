"""A second verifier of transcripts: one file, the standard library only, nothing of Backstory.

    python verify_transcript.py FILE... [--register register.jsonl]

Written from transcript-format.md, so that nobody has to take the program's word for its own files. It checks the
chain: every hash, number, link and spelling, of plain and of sealed transcripts (formats 1 and 2), without a key; with
the register of cases also that nothing was cut off and that the file is the one registered. It folds no events, checks
no signatures. Exit code: 0 sound, 4 torn (the last append is unfinished), 5 corrupt, 6 a newer format, 8 unreadable.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from pathlib import Path

READS = 2
LARGEST_LINE, LARGEST_APPEND, LARGEST_FILE = 64 * 1024, 256 * 1024, 64 * 1024 * 1024
TRANSCRIPT, REGISTER = b"backstory/transcript/v1\n", b"backstory/register/v1\n"
MEMBERS = ["actor", "data", "id", "mono_ns", "prev", "seq", "t", "type", "v", "~h"]
OF_REGISTER = ["data", "prev", "seq", "t", "type", "v", "~h"]
RECORD = re.compile(rb'\{"actor":.*?,"~h":"([0-9a-f]{64})"\}', re.DOTALL)
LAST = re.compile(rb',"~h":"([0-9a-f]{64})"\}\Z')
ORDER = {"corrupt": 5, "unknown version": 6, "torn": 4, "unreadable": 8, "sound": 0}  # the worst first


def seal_holds(record: bytes, domain: bytes = TRANSCRIPT) -> bool:
    """Whether the last member is the hash of the others."""
    match = LAST.search(record)
    if match is None or len(record) > LARGEST_LINE:
        return False
    return hashlib.sha256(domain + record[: match.start()] + b"}").hexdigest().encode() == match[1]


def content(record: bytes, names: list[str]) -> dict | None:
    """Return the members of a record in canonical form, or None."""
    try:
        found = json.loads(record, parse_float=str, parse_constant=str)  # what is refused becomes a text: spelled anew
        again = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found if again == record and isinstance(found, dict) and sorted(found) == names else None


class Judged:
    def __init__(self) -> None:
        self.verdict, self.line, self.why, self.closed = "sound", 0, "", False
        self.records: list[dict] = []

    def ends(self, verdict: str, line: int, why: str) -> "Judged":
        self.verdict, self.line, self.why = verdict, line, why
        return self


def code(count: int, head: str) -> str:
    """Return a head code as reports print it."""
    letters = base64.b32encode(bytes.fromhex(head)).decode()[:20]
    return "-".join([str(count), *(letters[place : place + 4] for place in range(0, 20, 4))])


def examine(data: bytes) -> Judged:
    """Check the chain of one transcript."""
    found, position, last = Judged(), 0, "0" * 64
    if not 0 < len(data) <= LARGEST_FILE:
        return found.ends("corrupt", 1, "this is not a transcript: it is empty, or too large")
    if (needs := reader_needed(data)) > READS:
        return found.ends("unknown version", 1, f"it needs a reader of format {needs}; this one reads up to {READS}")
    while position < len(data):
        line = len(found.records) + 1
        match = RECORD.match(data, position)
        record = match[0] if match else b""
        members = content(record, MEMBERS) if seal_holds(record) else None
        why = "something stands after the end of the case" if found.closed else wrong(data, position, record, members)
        if not why and (members["prev"] != last or members["seq"] != line - 1):
            why = f"this record, number {members['seq']}, does not follow the one before it"
        if not why and line == 1 and members["data"].get("format") != "backstory-transcript":
            why = "this is not a transcript"
        if why:
            return damaged(found, data, position, line, why)
        found.records.append(members)
        found.closed = members["type"] in ("case.signed", "case.abandoned")
        last, position = members["~h"], position + len(record)
        if position < len(data) and data[position : position + 1] != b"\n":
            return damaged(found, data, position, line, "something else follows the record on this line")
        position += 1
    return found


def reader_needed(data: bytes) -> int:
    """Return the format that the header asks its readers to know, before any hash is looked at; 0: it does not say."""
    try:
        header = json.loads(data.partition(b"\n")[0][:LARGEST_LINE])["data"]
        version, needs = int(header["format_version"]), int(header["min_reader"])  # more than the version is damage
        return needs if header["format"] == "backstory-transcript" and version >= needs else 0
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0


def wrong(data: bytes, position: int, record: bytes, members: dict | None) -> str:
    """Say what is wrong with a record in itself; empty: nothing."""
    if members is not None:
        opening = members["type"] == "case.opened"
        return "a case is opened by its first record, and by no other" if opening is not (position == 0) else ""
    line = data[position:].partition(b"\n")[0]
    if seal_holds(record):
        return f"{named(record)} is not in canonical form, or a member is missing or too many"
    if LAST.search(line) is None:
        return "this is not a whole record: it does not end in its hash"
    return f"the hash of {named(line)} does not match its content"


def named(line: bytes) -> str:
    """Name a damaged record by what its members still say."""
    found = (re.search(pattern, line) for pattern in (rb'"type":"([a-z._]{1,40})"', rb'"t":"([0-9TZ:.-]{24})"'))
    return f"this record ({', '.join(each[1].decode() if each else 'unknown' for each in found)})"


def damaged(found: Judged, data: bytes, position: int, line: int, why: str) -> Judged:
    """Tell an unfinished append from damage: nothing whole may follow it."""
    rest = data[position:]
    if position == 0 or found.closed or len(rest) > LARGEST_APPEND:
        return found.ends("corrupt", line, why)
    starts = [match.start() for match in re.finditer(rb'\{"actor":', rest)]
    whole = [match[0] for start in starts if (match := RECORD.match(rest, start)) and seal_holds(match[0])]
    zeros = len(rest) - len(rest.lstrip(b"\0"))
    times = {(each["t"], each["mono_ns"]) for each in map(json.loads, whole)}
    # Zeros up to a sector and then records of one append: what some file systems leave of an append in a loss of power.
    if not whole or (zeros > 0 and (position + zeros) % 512 == 0 and len(times) == 1):
        return found.ends("torn", line, f"the last append was not completely saved ({len(rest)} bytes): {why}")
    return found.ends("corrupt", line, why)


def judge(data: bytes) -> tuple[str, int]:
    """Return the verdict and the line of the first damage, 0 when there is none."""
    found = examine(data)
    return found.verdict, found.line


def read_register(data: bytes) -> tuple[list[dict], str]:
    """Return the lines of a register up to the first that does not hold, and what is wrong with that one."""
    lines: list[dict] = []
    for number, line in enumerate(data.removesuffix(b"\n").split(b"\n")):
        members = content(line, OF_REGISTER) if seal_holds(line, REGISTER) else None
        last = lines[-1]["~h"] if lines else "0" * 64
        if members is None or members["seq"] != number or members["prev"] != last:
            return lines, f"line {number + 1} of the register is damaged or does not follow the one before it"
        lines.append(members)
    return lines, ""


def compared(found: Judged, lines: list[dict]) -> tuple[str, str]:
    """Hold a transcript against the register; return corrupt, unanchored or anchored, and why."""
    hashes = [record["~h"] for record in found.records]
    case = found.records[0]["data"].get("case")
    known = [each for each in lines if each["data"].get("case") == case]
    mine = [each for each in known if each["data"]["first"] == hashes[0]]
    if not mine:
        other = ("corrupt", "another file was registered for this case")
        return other if known else ("unanchored", "the register does not know this case")
    for each in sorted(mine, key=lambda each: each["data"]["count"]):
        count, head, when = each["data"]["count"], each["data"]["head"], f"{each['type']} {each['t']}"
        if count > len(hashes):
            return "corrupt", f"{len(hashes)} records; the register says {code(count, head)}, {when}: it was cut"
        if hashes[count - 1] != head:
            return "corrupt", f"record {count} is not the one that was registered, {code(count, head)}, {when}"
    if any(each["type"] == "disposed" for each in mine):
        return "corrupt", "the register says that this case was disposed of"
    return "anchored", f"the register agrees on the first {max(each['data']['count'] for each in mine)} records"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--register", type=Path)
    given = parser.parse_args()
    lines, fault = ([], "") if given.register is None else read_register(given.register.read_bytes())
    verdicts = {"corrupt"} if fault else set()
    print(f"{given.register}: CORRUPT {fault}\n" if fault else "", end="")
    for path in given.files:
        try:
            found = examine(path.read_bytes())
        except OSError as error:
            found = Judged().ends("unreadable", 0, str(error.strerror))
        anchored, why = "unanchored", "no register was given: whole records cut off the end would not show"
        if given.register is not None and found.records:
            anchored, why = compared(found, lines)
        verdicts |= {found.verdict, *({"corrupt"} if anchored == "corrupt" else ())}
        place = f"{path}:{found.line}" if found.line else str(path)
        state = "closed" if found.closed else "open"
        head = code(len(found.records), found.records[-1]["~h"]) if found.records else "none"
        print(f"{place}: {found.verdict.upper()} {found.why or f'{state}, head {head}'}")
        print(f"  {anchored.upper()}: {why}")
    return next(ORDER[verdict] for verdict in ORDER if verdict in verdicts)


if __name__ == "__main__":
    sys.exit(main())
