"""The instrument: what runs in the browser, and the payload it is given. It knows nothing of Streamlit."""
