"""Build hook: a wheel carries the content as ``chatbot/_dialogue``.

An editable install gets no copy, so that it always reads the checkout.
"""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CarryContent(BuildHookInterface):  # type: ignore[type-arg]
    """Adds ``dialogue/`` to wheels that stand on their own."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Include the content unless the build is an editable one."""
        if version != "editable":
            build_data["force_include"]["dialogue"] = "chatbot/_dialogue"
