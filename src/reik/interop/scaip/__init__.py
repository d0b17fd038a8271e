"""SCAIP out: alerts to a monitoring centre as SIP MESSAGEs. Built from public facts; conformance is not claimed."""
