"""Recurrent stacks among named arrays, as state dicts, safetensors and npz files hold them."""
