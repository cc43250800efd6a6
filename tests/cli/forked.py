"""Runs one command after another, each in a forked process of its own, so that the program is imported once.

Requests come as JSON lines on the descriptor named by the first argument, and the exit codes go back as lines on the
second. A forked process has its own memory, folder, environment and standard streams, as a fresh one would.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

PRELOADED = (
    "chatbot.cli",
    "chatbot.cli_people",
    "chatbot.cli_visits",
    "chatbot.content.answers_file",
    "chatbot.content.library",
    "chatbot.core.plan",
    "chatbot.export.text",
    "chatbot.interview",
    "chatbot.plain",
    "chatbot.record.replay",
    "chatbot.settings",
    "cryptography.hazmat.primitives.ciphers.aead",
    "pyrage",
)
"""What most commands need; the rest is imported where it is used, as ever."""


def serve(requests: int, replies: int) -> None:
    """Run what is asked for until there are no more requests; return in a forked process only, with its streams set."""
    with os.fdopen(requests, "r", encoding="utf-8") as lines:
        for line in lines:
            request = json.loads(line)
            pid = os.fork()
            if pid == 0:
                become(request)
                return
            _, status = os.waitpid(pid, 0)
            os.write(replies, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def become(request: dict[str, Any]) -> None:
    """Take the folder, environment, arguments and standard streams of one command."""
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environ"])
    sys.argv[1:] = request["arguments"]
    for descriptor, name, flags in (
        (0, request["input"], os.O_RDONLY),
        (1, request["output"], os.O_WRONLY),
        (2, request["errors"], os.O_WRONLY),
    ):
        opened = os.open(name, flags)
        os.dup2(opened, descriptor)
        os.close(opened)


if __name__ == "__main__":
    for name in PRELOADED:
        importlib.import_module(name)
    serve(int(sys.argv[1]), int(sys.argv[2]))
    from chatbot.cli import main

    raise SystemExit(main())
