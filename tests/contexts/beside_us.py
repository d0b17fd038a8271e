"""Work on another connection beside that of the test."""

from __future__ import annotations

from threading import Thread

from django.db import connection


def beside_us(work) -> tuple[Thread, list[Exception]]:
    """Run `work` on another connection, as another process would; gives what it raised."""
    raised: list[Exception] = []

    def alone():
        try:
            work()
        except Exception as failure:
            raised.append(failure)
        finally:
            connection.close()

    thread = Thread(target=alone)
    thread.start()
    return thread, raised
