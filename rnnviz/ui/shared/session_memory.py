"""The memory that this session holds, on the server's ledger."""

from __future__ import annotations

from functools import cache

import streamlit as st

from ...limits import MILLION
from .memory_ledger import Account, Ledger, Reservation
from .server_limits import SERVER_LIMITS
from .session_keys import MEMORY_ACCOUNT


@cache
def ledger() -> Ledger:
    """The ledger of all sessions."""
    return Ledger(SERVER_LIMITS.session_megabytes * MILLION, SERVER_LIMITS.server_megabytes * MILLION)


def reserve(size: int) -> Reservation:
    """Room for so many bytes of this session. Raises BusyError if there is none, for it or on the server."""
    account: Account = st.session_state.setdefault(MEMORY_ACCOUNT, Account())
    return ledger().reserve(account, size)
