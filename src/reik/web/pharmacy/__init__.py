"""The pharmacy's own screens: what waits for it, a client's plan beside her roll, messages, requests, serving."""
