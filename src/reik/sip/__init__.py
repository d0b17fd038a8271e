"""SIP as couplings speak it (RFC 3261): messages as values, ways to a peer, transactions of ours, log-in.

A leaf: it knows neither Reik's contexts nor any coupling. SCAIP and voice stand on it.
"""
