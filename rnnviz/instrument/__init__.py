"""What runs in the browser, and what it is sent: an instrument that plays a trace. It does not know Streamlit."""

from .bundle import script, style
from .payload_encoding import TokenValues, model_key, payload
from .schema import Payload, Settings

__all__ = ["Payload", "Settings", "TokenValues", "model_key", "payload", "script", "style"]
