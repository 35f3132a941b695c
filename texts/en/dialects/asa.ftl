# ASA.
-device = firewall that connects

verify-trust = Registration: REGISTERED in show license status, after { $command }
verify-response = License Authorization: AUTHORIZED in show license status, after { $command }
log-of-device-expect = the log names the reason, or show license status says REGISTERED and AUTHORIZED
device-verify-agent = the message does not come again, and show license all shows no failure
