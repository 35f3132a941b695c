# What is said otherwise of DTLS, which travels in datagrams: nothing in them is acknowledged, opened or closed.
-device = client
