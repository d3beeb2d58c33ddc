"""What the pages share: pickers, inputs and panels made of Streamlit's widgets."""

from threadpoolctl import threadpool_limits

# A trace is far too small to share among threads: after each product the others would spin
# for longer than the trace takes, and in a workshop those are everybody's cores.
threadpool_limits(limits=1, user_api="blas")
