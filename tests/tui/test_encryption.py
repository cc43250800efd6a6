"""Encryption is offered once at the first start, switched in the settings, and said where the program is explained."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from chatbot.desk import Desk
from chatbot.encryption import PLAIN
from chatbot.errors import KeyProblem
from chatbot.record.identities import Keyring, read_identities, using
from chatbot.tui.start import services_of
from tests.small_protocols import SMALL
from tests.tui import kit
from tests.tui.kit import House, screen_text
from tests.tui.test_interview_screen import SIZES


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_start_offers_encryption_once_and_says_what_it_costs(size: tuple[int, int]) -> None:
    house = House(settings={}, encrypts=True)
    app = kit.application(house=house)
    async with app.run_test(size=size) as pilot:
        await pilot.press("1")
        await pilot.press("escape")
        told = screen_text(app)
        while "more below" in screen_text(app):
            await pilot.press("pagedown")
            told += screen_text(app)
        said = " ".join(told.split())
        assert "Encrypt new cases?" in said and "there is no other way in" in said and "Keep a copy" in said
        await pilot.press("2")
        assert "Keep a copy of /srv/identity.key" in " ".join(screen_text(app).split())
        assert house.settings["encrypt_to"] == "age1ours"
        await pilot.press("escape")
        assert "New interview" in screen_text(app) or "no cases yet" in screen_text(app).lower()
    later = kit.application(house=house)
    async with later.run_test(size=size):
        assert "Encrypt new cases?" not in screen_text(later)


async def test_it_is_left_off_by_one_key_and_not_asked_again() -> None:
    house = House(settings={}, encrypts=True)
    app = kit.application(house=house)
    async with app.run_test() as pilot:
        await pilot.press("1", "1")
        assert house.settings["encrypt_to"] == "off" and "Encrypt new cases?" not in screen_text(app)


async def test_a_key_that_cannot_be_made_is_said_and_nothing_is_chosen() -> None:
    house = House(settings={}, encrypts=True)
    app = kit.application(house=house)
    async with app.run_test() as pilot:
        house.refuse = KeyProblem("cannot write the key: the disk is full", code="K005")
        await pilot.press("1", "2")
        assert "the disk is full" in screen_text(app) and "encrypt_to" not in house.settings


async def test_the_settings_switch_it_or_take_recipients() -> None:
    house = House(encrypts=True)
    app = kit.application(house=house)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+o")
        while "▸ Encrypt to" not in screen_text(app):
            await pilot.press("down")
        await pilot.press("enter", "2")
        await pilot.press("escape")
        assert house.settings["encrypt_to"] == "age1ours" and "Encrypted: age1ours." in screen_text(app)
        await pilot.press("enter", "1")
        assert house.settings["encrypt_to"] == "off"
        await pilot.press("enter", "3", *["backspace"] * 3, *"age1theirs", "enter")
        assert house.settings["encrypt_to"] == "age1theirs"


def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Desk, object]:
    monkeypatch.setenv("HOME", str(tmp_path))
    options = argparse.Namespace(
        settings=None, transcripts=tmp_path / "cases", protocols=SMALL, identity=None, protocol=None
    )
    desk = Desk.from_options(options)
    return desk, services_of(desk, desk.protocol, None)


def test_one_key_makes_the_identity_and_the_next_case_is_encrypted_and_opens_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, offered = services(tmp_path, monkeypatch)
    assert offered.encryption() == PLAIN  # type: ignore[attr-defined]
    with using(Keyring()):
        said = offered.encrypt(True)  # type: ignore[attr-defined]
        (made,) = read_identities(tmp_path / ".config" / "backstory" / "identity.key")
        assert made.id in said and made.id in offered.encryption()  # type: ignore[attr-defined]
        desk.start("test", "bed 4", "")
        desk.close()
        (case,) = desk.cases()
        assert case.encrypted and case.label == "bed 4"
        assert desk.look(case.path).chosen.label == "bed 4"
        assert desk.verdict(case.path).word == "VALID-OPEN" and desk.standing(case.path).problem == ""
        assert desk.turns(case.path) and desk.event_lines(case.path)
        desk.resume(case.path)
        desk.close()
        assert offered.encrypt(False) == ""  # type: ignore[attr-defined]
        assert offered.encryption() == PLAIN  # type: ignore[attr-defined]
        desk.start("test", "bed 5", "")
        desk.close()
        assert [each.encrypted for each in desk.cases() if each.label == "bed 5"] == [False]
        assert made.id in offered.encrypt(True)  # type: ignore[attr-defined]
        assert len(list((tmp_path / ".config" / "backstory").glob("*.key"))) == 1, "the key that is there is used again"
    with using(Keyring()):
        assert {each.label for each in desk.cases()} == {"bed 4", "bed 5"}, "what was seen stays for this run"
        fresh, _ = services(tmp_path, monkeypatch)
        assert {each.label for each in fresh.cases()} == {"", "bed 5"}
        assert "encrypted" in fresh.standing(case.path).problem


def test_a_locked_key_that_is_there_is_not_asked_for_on_a_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, offered = services(tmp_path, monkeypatch)
    place = tmp_path / ".config" / "backstory" / "identity.key"
    place.parent.mkdir(parents=True)
    place.write_text("-----BEGIN AGE ENCRYPTED FILE-----\n")
    place.chmod(0o600)
    with using(Keyring()), pytest.raises(KeyProblem) as raised:
        offered.encrypt(True)  # type: ignore[attr-defined]
    assert raised.value.code == "K033"
