"""Files in the safetensors format."""
