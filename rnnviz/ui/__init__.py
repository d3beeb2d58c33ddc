"""What the pages share: pickers, inputs and panels made of Streamlit's widgets."""
