"""The description of the API (`openapi/`): its files with the line of every node, and all of it as one document."""

from generator.description.document import (
    LIMITS,
    Json,
    answer_data,
    answer_schema,
    bundle,
    bundle_frames,
    envelope_name,
    fingerprint,
    for_datamodel_code_generator,
    for_openapi_python_client,
    local,
)
from generator.description.source import (
    ERRORS_FILE,
    FRAMES_FILE,
    METHODS,
    ROOT_FILE,
    DescriptionError,
    Message,
    Operation,
    Place,
    Source,
)

__all__ = [
    "ERRORS_FILE",
    "FRAMES_FILE",
    "LIMITS",
    "METHODS",
    "ROOT_FILE",
    "DescriptionError",
    "Json",
    "Message",
    "Operation",
    "Place",
    "Source",
    "answer_data",
    "answer_schema",
    "bundle",
    "bundle_frames",
    "envelope_name",
    "fingerprint",
    "for_datamodel_code_generator",
    "for_openapi_python_client",
    "local",
]
