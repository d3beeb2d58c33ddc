"""Files in the safetensors format, as PyTorch and rnnviz write them."""
