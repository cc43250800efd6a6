"""The shape of the files that say what stands behind the content: approvals, withdrawals, the certificate.

They are outside its digest.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from chatbot.content.fields import BothWords, Day, Identifier, Strict, Text, Whole, one_of, problem
from chatbot.core.review import APPROVED, SUBMITTED, UNDER_REVIEW


def _item(value: object) -> str:
    if not isinstance(value, str) or re.fullmatch(r"[a-z][a-z0-9_]*:[A-Za-z0-9_]+", value) is None:
        raise problem("P305", f"{value!r} does not name an item", "kind:id, as 'backstory review' lists them")
    return value


def _digest(value: object) -> str:
    if not isinstance(value, str) or re.fullmatch(r"[0-9a-f]{64}", value) is None:
        raise problem("P301", f"{value!r} is not a digest", "64 digits and letters a to f")
    return value


def _digest_start(value: object) -> str:
    if not isinstance(value, str) or re.fullmatch(r"[0-9a-f]{12,64}", value) is None:
        raise problem("P301", f"{value!r} is not a digest", "at least its first 12 digits and letters a to f")
    return value


class ReviewerModel(Strict):
    name: Text
    role: Text


class ApprovalModel(Strict):
    state: Annotated[str, one_of(SUBMITTED, UNDER_REVIEW, APPROVED)]
    by: ReviewerModel
    on: Day
    note: Text | None = None
    items: dict[Annotated[str, BeforeValidator(_item)], Annotated[str, BeforeValidator(_digest)]] = Field(min_length=1)


class ApprovalsModel(Strict):
    approvals: tuple[ApprovalModel, ...] = Field(default=(), strict=False)


class WithdrawalModel(Strict):
    protocol: Identifier | None = None
    version: Text | None = None
    digest: Annotated[str, BeforeValidator(_digest_start)] | None = None
    rule: Identifier | None = None
    on: Day
    reason: BothWords
    replaced_by: Text | None = None

    @model_validator(mode="after")
    def _names_what_is_withdrawn(self) -> WithdrawalModel:
        if self.version is None and self.digest is None and self.rule is None:
            raise problem("P111", "this withdraws nothing", "name a 'version', a 'digest' or a 'rule'")
        return self


class WithdrawalsModel(Strict):
    withdrawals: tuple[WithdrawalModel, ...] = Field(default=(), strict=False)


class ProtocolModel(Strict):
    id: Identifier
    version: Text
    digest: Annotated[str, BeforeValidator(_digest)]


class ProvedModel(Strict):
    kind: Annotated[str, one_of("property", "contraindication", "theorem")]
    id: Identifier
    says: Text
    of: Whole
    excused: dict[str, Text] = Field(default={})


class CertificateModel(Strict):
    format: Whole
    protocol: ProtocolModel
    statements: Annotated[str, BeforeValidator(_digest)]
    evaluator: Annotated[str, BeforeValidator(_digest)]
    solver: Text
    bounds: tuple[Text, ...] = Field(strict=False, min_length=1)
    proved: tuple[ProvedModel, ...] = Field(strict=False, min_length=1)


class SealedModel(Strict):
    certificate: CertificateModel
    seal: Annotated[str, BeforeValidator(_digest)]
