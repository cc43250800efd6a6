"""Bundle to topics: what follow-up questions may be about, and how they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chatbot.core.protocol import Wording
from chatbot.core.topics import AskKind, Asks, Topic

Data = Mapping[str, Any]


def topic(data: Data) -> Topic:
    """Return one topic."""
    names = "rules actions conflicts references hypotheses questions related".split()
    links = {name: tuple(data.get(name, ())) for name in names}
    return Topic(data["id"], _words(data["title"]), _phrasings(data), **links)


def asks(data: Data) -> Asks:
    """Return the grammar of follow-up questions."""
    kinds = {AskKind(name): each for name, each in data["kinds"].items()}
    return Asks(
        titles={kind: _words(each["title"]) for kind, each in kinds.items()},
        kinds={kind: _phrasings(each) for kind, each in kinds.items()},
        stop_words=frozenset(data.get("stop_words", ())),
        synonyms={other: word for word, others in data.get("synonyms", {}).items() for other in others},
    )


def _phrasings(data: Data) -> tuple[str, ...]:
    spoken = data["phrasings"]
    return tuple(dict.fromkeys((*spoken.get("clinician", ()), *spoken.get("patient", ()))))


def _words(data: Data) -> Wording:
    return Wording(data["clinician"], data["patient"])
