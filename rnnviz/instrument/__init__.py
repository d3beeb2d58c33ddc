"""What runs in the browser, and what it is sent: an instrument that plays a trace. It does not know Streamlit."""

from .array_packing import as_bytes, as_json
from .bundle import script, style
from .model_encoding import model_data
from .model_schema import ModelData
from .payload_encoding import TokenValues, model_key, payload, token_values_data, trace_data, trace_id
from .saved_page import saved_page
from .schema import Payload
from .settings_schema import Settings

__all__ = [
    "ModelData",
    "Payload",
    "Settings",
    "TokenValues",
    "as_bytes",
    "as_json",
    "model_data",
    "model_key",
    "payload",
    "saved_page",
    "script",
    "style",
    "token_values_data",
    "trace_data",
    "trace_id",
]
