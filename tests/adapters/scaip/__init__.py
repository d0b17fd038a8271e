"""Peers for SCAIP: programs of others (sipp, kamailio), and one of ours that does everything wrong."""
