"""The dashboard: pages made of Streamlit's widgets, and what they share."""

from threadpoolctl import threadpool_limits

# A trace is too little work for several threads: after each product, the idle ones would spin for longer than the
# product takes, on cores that other sessions need.
threadpool_limits(limits=1, user_api="blas")
