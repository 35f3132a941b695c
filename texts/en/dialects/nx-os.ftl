# NX-OS.
-device = switch

verify-trust = a trust code that is installed in show license status, after { $command }
verify-response = a recent reply to the report in show license status, after { $command }
log-of-device-expect = the log names the reason, or show license status shows a recent reply
device-verify-agent = the message does not come again, and show license all shows no failure
