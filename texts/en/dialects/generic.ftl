# What a client is called of which nothing is known but that it speaks TLS.
-device = client
