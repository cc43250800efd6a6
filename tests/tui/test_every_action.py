"""Every action of the registry does what it says when its key is pressed where it works."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot import desk
from chatbot.tui.actions import ACTIONS
from tests.tui.actions_table import FOLLOWED, SCENES, Scene


def test_every_action_of_the_registry_is_pressed_in_some_scene() -> None:
    pressed = {(step.action, step.place) for scene in SCENES for step in scene.steps}
    missing = [
        (action.id, sorted(action.places))
        for action in ACTIONS
        if not any((action.id, place) in pressed for place in action.places)
    ]
    assert missing == [], "add a step to tests/tui/actions_table.py"


@pytest.mark.parametrize("scene", SCENES, ids=lambda each: each.name)
async def test_the_key_of_an_action_does_it(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "cached_bundle", lambda data: FOLLOWED)
    app = scene.app(tmp_path)
    async with app.run_test(size=scene.size) as pilot:
        for step in scene.steps:
            await pilot.press(*step.before.split())
            working = {each.id: each for each in app.screen.working()}
            where = f"{step.action} at {step.place}, on {type(app.screen).__name__}"
            assert step.place in (*app.screen.places(), "anywhere"), where
            assert step.action in working, f"{where}: works are {sorted(working)}"
            await pilot.press(working[step.action].keys[0])
            assert step.then(app), where
