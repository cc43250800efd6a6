"""In which language a case is shown: the one that was asked for, else that of the case, else the protocol's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chatbot.content.languages import PSEUDO
from chatbot.content.library import find_protocol, protocols_folder
from chatbot.core.protocol import Protocol
from chatbot.errors import ContentError, UsageError


@dataclass(frozen=True, slots=True)
class Wordings:
    """What was asked for, and the way to a protocol in another language."""

    asked: str | None = None
    """The tag that was asked for; None: nobody asked."""
    translate: Callable[[Protocol, str], Protocol] | None = None
    """Raises UsageError for a language that is not offered, ContentError for a file with an error."""

    @classmethod
    def of(cls, asked: str | None, protocols: Path | None) -> Wordings:
        """Return the wordings of a command line: the tag and the folder of protocols it names."""

        def translate(protocol: Protocol, tag: str) -> Protocol:
            # Deferred: PyYAML and pydantic, for other languages only.
            from chatbot.content.language_file import in_language

            return in_language(protocol, tag, lambda: find_protocol(protocol.id, protocols_folder(protocols)))

        return cls(asked, translate)

    def locale(self, protocol: Protocol) -> str:
        """Return the tag a new case is opened in."""
        return self.asked or protocol.language

    def shown(self, protocol: Protocol, kind: str, tell: Callable[[str], None], of_case: str = "") -> Protocol:
        """Return the protocol in the words a case of this kind is shown in; *of_case* is the language it was opened in.

        A language of the case that is not offered any more strands nothing: the protocol's own words are shown, and
        *tell* is told. Raises: UsageError when the one asked for is not offered; ContentError.
        """
        tag = self.asked or of_case or protocol.language
        if tag == protocol.language or self.translate is None:
            return protocol
        if tag == PSEUDO and kind == "clinical":
            raise UsageError(
                f"{PSEUDO} is made up to test screens", hint="give --kind test, or choose another language"
            )
        try:
            return self.translate(protocol, tag)
        except (UsageError, ContentError) as error:
            if self.asked:
                raise
            tell(f"{error.render()}\nThe texts are shown in {protocol.language!r}.")
            return protocol
