# ASA.
-device = firewall that connects

verify-trust = “show license status” has “Registration: REGISTERED” after “{ $command }”
verify-response = “show license status” has “License Authorization: AUTHORIZED” after “{ $command }”
log-of-device-expect = the log names the reason, or “show license status” has REGISTERED and AUTHORIZED
device-verify-agent = the message does not come again, and “show license all” shows no failure
vendors-server = server that Cisco runs
vendors-case = open a case with Cisco TAC, because only Cisco can change this server; ask them to { $action }
