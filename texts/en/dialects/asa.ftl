# ASA.
-device = firewall
