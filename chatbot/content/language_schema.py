"""The shape of ``languages/TAG.yaml``: the texts of a protocol in a further language, outside its digest."""

from __future__ import annotations

from chatbot.content.fields import Day, Language, Strict, Text, YesNo


class LanguageReviewModel(Strict):
    name: Text
    date: Day
    native_speaker: YesNo
    texts: Text


class TranslationModel(Strict):
    of: Text
    clinician: Text
    patient: Text


class LanguageModel(Strict):
    language: Language
    name: Text
    reviewed_by: LanguageReviewModel | None = None
    texts: dict[Text, TranslationModel]
