"""What is wanted at hand in an emergency: of every one, and of the red flags that raise it. All words are content."""

from __future__ import annotations

from collections.abc import Iterable

from chatbot.core.protocol import Emergency, Protocol

MOST = 12
"""So many questions, at most, are asked for the receiving team once an emergency was read."""


def receiving_questions(protocol: Protocol, flags: Iterable[str]) -> tuple[str, ...]:
    """Return the questions the receiving team needs answered, at most ``MOST``; none without flags.

    What every emergency asks comes first: it is needed whatever else is there. Where many emergencies stand at once,
    what does not find room any more is left to those who receive the person.
    """
    parts = _own(protocol, flags)
    if parts and protocol.emergency is not None:
        parts = [protocol.emergency, *parts]
    return tuple(dict.fromkeys(key for part in parts for key in part.then_ask))[:MOST]


def at_hand(protocol: Protocol, flags: Iterable[str]) -> Emergency:
    """Return all that the flags want at hand, each thing once: first their own, then what every emergency wants."""
    parts = _own(protocol, flags)
    if parts and protocol.emergency is not None:
        parts = [*parts, protocol.emergency]
    return Emergency(
        call=tuple(dict.fromkeys(each for part in parts for each in part.call)),
        ready=tuple(dict.fromkeys(each for part in parts for each in part.ready)),
        explain=tuple(dict.fromkeys(each for part in parts for each in part.explain)),
        cites=tuple(dict.fromkeys(each for part in parts for each in part.cites)),
    )


def _own(protocol: Protocol, flags: Iterable[str]) -> list[Emergency]:
    """Return what each flag wants by itself; nothing at all stands for one that says nothing."""
    return [protocol.red_flags[name].emergency or Emergency() for name in flags]
