"""The embedded PostgreSQL's settings, fitted to the machine's memory."""

from __future__ import annotations

import os
from pathlib import Path

from reik.ops.engines.process import LOOPBACK

MB = 1024 * 1024
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory() -> int:
    """Bytes of memory that this process may use: the machine's, or its container's limit when lower."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for path in _CGROUP_LIMITS:
        try:
            total = min(total, int(Path(path).read_text()))
        except (OSError, ValueError):  # not there, or "max"
            continue
    return total


def settings(
    port: int, *, scratch: bool, durable: bool = True, available: int | None = None
) -> dict[str, str]:
    """What the server is started with: on the command line, so that no file in its folder can weaken it."""
    megabytes = (memory() if available is None else available) // MB
    shared = max(32, min(megabytes // 8, 1024 if scratch else 2048))
    return {
        "listen_addresses": LOOPBACK,
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(64, megabytes // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "wal_buffers": "16MB",
        "wal_compression": "on",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "TimeZone": "UTC",
        "lc_messages": "C",
        "logging_collector": "off",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
        # No personal data in a log: no statement texts, and no details such as "Key (bsn)=(...) exists".
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
