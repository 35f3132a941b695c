# IOS XR.
-device = router

verify-trust = “show logging” has %SMART_LIC-6-TRUST_INSTALL_SUCCESS after “{ $command }”
verify-response = “show license status” shows a recent reply to the report after “{ $command }”
log-of-device-expect = the log names the reason, or “show license status” shows a recent reply
device-verify-agent = the message does not come again, and “show license all” shows no failure
vendors-server = server that Cisco runs
vendors-case = open a case with Cisco TAC, because only Cisco can change this server; ask them to { $action }
