# IOS XR.
-device = router

verify-trust = %SMART_LIC-6-TRUST_INSTALL_SUCCESS in show logging, after { $command }
verify-response = a recent reply to the report in show license status, after { $command }
log-of-device-expect = the log names the reason, or show license status shows a recent reply
device-verify-agent = the message does not come again, and show license all shows no failure
