# The name of a client about which only one thing is known: that it speaks TLS.
-device = client
