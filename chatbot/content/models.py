"""The models of the content files: which file holds which, and all of them by name."""

from __future__ import annotations

from pydantic import BaseModel

from chatbot.content import (
    beside,
    fields,
    figure_schema,
    governance_schema,
    instrument_schema,
    language_schema,
    number_schema,
    practice_schema,
    prevalence_schema,
    property_schema,
    schema,
    standard_schema,
    topic_schema,
    vignette_schema,
)

SINGLE_FILES: dict[str, type[BaseModel]] = {
    "findings": schema.FindingsModel,
    "tables": number_schema.TablesModel,
    "red_flags": schema.RedFlagsModel,
    "guards": schema.GuardsModel,
    "hypotheses": schema.HypothesesModel,
    "conflicts": schema.ConflictsModel,
    "references": schema.ReferencesModel,
    "origin": schema.OriginsModel,
    "topics": topic_schema.TopicsModel,
    "audiences": schema.AudiencesModel,
    "words": beside.WordListsModel,
    "ids": beside.IdsModel,
    "alarm_tables": beside.AlarmTablesModel,
    "prevalence": prevalence_schema.PrevalenceModel,
    "implications": beside.ImplicationsModel,
    "properties": property_schema.PropertiesModel,
    "contraindications": property_schema.ContraindicationsModel,
    "standards": standard_schema.StandardsModel,
    "constants": beside.ConstantsModel,
    "traceability": beside.TraceabilityModel,
    "approvals": governance_schema.ApprovalsModel,
    "withdrawals": governance_schema.WithdrawalsModel,
    "certificate": governance_schema.SealedModel,
}
"""File stem to its model; the container inside has the same name but for ``origin``."""

_MODULES = (
    schema,
    figure_schema,
    vignette_schema,
    number_schema,
    instrument_schema,
    topic_schema,
    beside,
    governance_schema,
    prevalence_schema,
    property_schema,
    standard_schema,
    language_schema,
    practice_schema,
    fields,
)


def models() -> dict[str, type[BaseModel]]:
    """Return every model of a content file by name, in the order they are described."""
    found: dict[str, type[BaseModel]] = {}
    for module in _MODULES:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ == module.__name__:
                found[value.__name__] = value
    del found["Strict"]
    return found
