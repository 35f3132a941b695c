# What is said of the device's own texts: --log.

# The log against the capture
device-log-contradicts = { $log } line { $line } says: { $says }; but { $shows }
device-log-contradicts-no-connection = the capture shows no connection at all, so no certificate can have been looked at
device-log-contradicts-no-certificate = no certificate of the server arrived on this connection, which was captured without holes
device-log-contradicts-http = the server's answer was captured, with HTTP status { $status }
device-log-contradicts-answered = the server sent { $bytes } bytes of encrypted data after the handshake
device-log-contradicts-resolved = a resolver answered, with { $address }, and the controller connected to that address
device-log-contradicts-alert = { $alert } from the { $side } ended this connection
device-log-contradicts-never-connected = no SYN of this attempt was ever answered
device-log-contradicts-other-path = the line may be about a try that is not in this capture: another interface or VRF, another member of the pair
device-log-contradicts-cannot-tell = which of the two the device meant: IOS XE uses few words for many causes, so the frames are believed

# The answer, which is encrypted on the wire
refused-by-service = network and TLS are fine, but the licensing service said no: { $says }
refused-by-service-evidence = the exchange went both ways up to here; what was answered stands in { $log } line { $line }
refused-by-service-cannot-tell = the answer itself in the capture: it is encrypted

# The device's clock
device-clock-off-fast = the controller's clock is { $span } ahead of the capture's ({ $pairs } { $pairs ->
    [one] pair
   *[other] pairs
} of a log line and an attempt, { $log }); a trust code is not installed when it is off by more than an hour
device-clock-off-slow = the controller's clock is { $span } behind the capture's ({ $pairs } { $pairs ->
    [one] pair
   *[other] pairs
} of a log line and an attempt, { $log }); a trust code is not installed when it is off by more than an hour
device-clock-off-evidence = this attempt stands beside its log lines only with that offset
device-clock-off-or-capture = it may be the capturing machine's clock that is wrong; a capture made on the controller itself has the same clock as its log
device-clock-off-set = set the clock, and keep it set
device-clock-off-verify = show clock detail names NTP as the time source, and the time is right

# Logs without a capture: the verdict
device-failure-name = the controller says that it cannot resolve the name of its licensing service: { $says }
device-failure-certificate = the controller says that it did not accept a certificate: { $says }
device-failure-revocation = the controller says that it could not fetch revocation data: { $says }
device-failure-empty = the controller says that the answer was empty: { $says }
device-failure-off = the controller says that no transport for licensing is switched on: { $says }
device-failure-refused = the licensing service answered, and said no: { $says }; network and TLS are fine
device-failure-silent = the controller says that nothing came back: { $says }; network, proxy or TLS
device-failure-trust = the controller says that trust was not installed: { $says }
device-failure-unspecified = the controller says that it could not communicate, and not why: { $says }
device-success = the controller says that licensing works: { $says }
device-success-counted = the controller says that licensing works: its last messages were answered
device-nothing = nothing about licensing was recognised in { $lines } { $lines ->
    [one] line
   *[other] lines
}
device-cannot-tell-who = who broke it off, and at which step: that only a capture shows
device-cannot-tell-success = how the connections went: that only a capture shows
device-cannot-tell-capture = how the tries that the log tells of went: the capture holds none of them, so it was taken at another time or on another interface

# Logs without a capture: what to do
device-do-name = let it resolve { $host }, in the VRF that licensing uses
device-do-inspection = exempt { $host } from TLS inspection: the controller trusts no company's certificate authority
device-do-trustpool = see that the clock is right and that the trust pool holds the root of the service; images before 17.3.4 lack IdenTrust
device-do-revocation = an On-Prem's revocation list can mostly not be fetched: do without it
device-do-empty = for an SSM On-Prem use the transport cslu and the URL shown there under Inventory, General; 8-202102 or later is needed
device-do-transport = switch Smart Transport on
device-do-token = read what the answer says; where it does not know the device, establish trust anew with a token that has uses left
device-do-trust = see that the clock is right to within an hour, and establish trust anew
device-do-reach = see whether { $host } can be reached from the interface that licensing uses (Open is good; ping proves nothing)
device-do-allow = allow the controller to reach { $host }, by name and not by address, and without TLS inspection
device-do-capture = capture one try, to see who breaks it off
device-do-capture-verify = tlswalk with this capture and the same --log
device-collect = collect what says something about licensing
device-collect-verify = tlswalk --log with that text
device-verify = %SMART_LIC-6-TRUST_INSTALL_SUCCESS or %SMART_LIC-5-COMM_RESTORED in show logging

# The screen
device-label-log = Log
device-label-says = Says
device-lines = { $recognised } of { $lines } { $lines ->
    [one] line
   *[other] lines
} recognised
device-cut = { $count } { $count ->
    [one] line is
   *[other] lines are
} too long and only looked at in part
device-dropped = { $count } earlier { $count ->
    [one] event was
   *[other] events were
} not kept
device-ended = reading ended early: { $why }
device-mark-not-set = its clock was never set (*)
device-mark-not-synchronised = its clock has lost NTP (.)
device-offset-none = same clock as the capture
device-offset-ahead = written { $span } ahead of the capture
device-offset-behind = written { $span } behind the capture
device-offset-pairs = { $pairs ->
    [0] assumed
    [one] 1 pair
   *[other] { $pairs } pairs
}
device-span = { $hours } h { $minutes } min
device-utc-agrees = the time in its messages agrees with the capture, so that is the time zone
device-offset-unknown = its time cannot be matched with the capture, so its lines stand with no attempt
device-supports = the controller's own log says the same ({ $log } line { $line })
device-contradicts = the capture shows otherwise
device-more = and { $count } more, in the JSON report
device-counted = { $total } { $total ->
    [one] try
   *[other] tries
}, { $success } good, { $fail } failed
device-ongoing = { $count } in a row up to now
device-standing-works = works
device-standing-no-reply = nothing comes back: network, proxy or TLS
device-standing-refused = the server answers and refuses: TLS is fine
device-standing-fails = fails
device-transport = transport { $transport }
device-proxy = through the proxy { $proxy }
device-vrf = in VRF { $vrf }
device-trust-code = trust code: { $trust }
