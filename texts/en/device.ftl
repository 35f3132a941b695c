# Statements about the device's own texts: --log.

# The log against the capture
device-log-contradicts = { $log } line { $line } says: { $says }; but { $shows }
device-log-contradicts-no-connection = the capture shows no connection at all, so no certificate can have been checked
device-log-contradicts-no-certificate = no certificate of the server arrived on this connection, which was captured without gaps
device-log-contradicts-http = the server's answer was captured, with HTTP status { $status }
device-log-contradicts-answered = the server sent { $bytes ->
    [one] 1 byte
   *[other] { $bytes } bytes
} of encrypted data after the handshake
device-log-contradicts-resolved = a resolver answered, with { $address }, and the { -device } connected to that address
device-log-contradicts-alert = { $alert } from the { $side } ended this connection
device-log-contradicts-never-connected = no SYN of this attempt was ever answered
device-log-contradicts-other-path = the line may be about an attempt that is not in this capture: another interface or VRF, another member of the pair
device-log-contradicts-cannot-tell = which of the two the { -device } meant: IOS XE uses few messages for many causes, so tlswalk follows the frames

# The answer, which is encrypted on the wire
refused-by-service = network and TLS are fine, but the licensing service refused: { $says }
refused-by-service-http = network and TLS are fine, but the { -device } reports that the answer was an HTTP error: { $says }
refused-by-service-empty = network and TLS are fine, but the { -device } reports that the answer was empty: { $says }
refused-by-service-unusable = network and TLS are fine, but the { -device } reports that it could not use the answer: { $says }
device-failure-beside = the exchange with { $service } went through on the wire, but the { -device } reports that licensing failed: { $says }
device-failure-before = the exchange with { $service } went through on the wire, but the { -device } reports a failure of licensing, by its own clock { $span } earlier: { $says }
device-failure-after = the exchange with { $service } went through on the wire, but the { -device } reports a failure of licensing, by its own clock { $span } later: { $says }
device-failure-beside-evidence = data passed both ways up to here; the failure is in { $log } line { $line }
device-failure-beside-cannot-tell = what failed on the { -device }: the answer is encrypted or shows nothing wrong, and the line may be about another attempt
refused-by-service-evidence = data passed both ways up to here; the answer is in { $log } line { $line }
refused-by-service-cannot-tell = the answer itself in the capture: it is encrypted

# The device's clock
device-clock-off-fast = the { -device }'s clock is { $span } ahead of the capture's ({ $pairs } { $pairs ->
    [one] pair
   *[other] pairs
} of a log line and an attempt, { $log }); a trust code is not installed when it is off by more than an hour
device-clock-off-slow = the { -device }'s clock is { $span } behind the capture's ({ $pairs } { $pairs ->
    [one] pair
   *[other] pairs
} of a log line and an attempt, { $log }); a trust code is not installed when it is off by more than an hour
device-clock-off-evidence = this attempt matches its log lines only with that offset
device-clock-off-or-capture = the capturing machine's clock may be the wrong one; a capture made on the { -device } itself has the same clock as its log
device-clock-off-set = set the clock, and keep it synchronised
device-clock-off-verify = show clock detail names NTP as the time source, and the time is right

# Another chassis at the device's address
chassis-changed-serials = two chassis used the address { $device } one after the other, { $before } and then { $now }: a high-availability pair that switched over is likely, or hardware that was replaced
chassis-changed-hardware = the address { $device } moved from the hardware address { $before } to { $now }: a switchover of a high-availability pair or replaced hardware is possible
chassis-changed-named = the { -device } calls itself { $instance }
chassis-changed-announced = ARP: { $hardware } announces that it has { $device }, without being asked
chassis-changed-claimed = ARP: { $hardware } says that it has { $device }
chassis-changed-or-translation = two devices behind one address translation, each of which reported once
chassis-changed-or-same-address = two hosts with the same address by mistake, or a router that answers for another host (proxy ARP)
chassis-changed-cannot-tell = why the other chassis took over, and whether each has a trust code: show license status on each chassis shows the trust code
chassis-changed-do = make sure that both chassis of the pair have a trust code: the token needs at least two uses, and the command ends with the keyword all; replaced hardware is a new product instance, and the old one keeps its count until it is removed

# Logs without a capture: the verdict
device-failure-name = the { -device } says that it cannot resolve the name of its licensing service: { $says }
device-failure-certificate = the { -device } says that it did not accept a certificate: { $says }
device-failure-revocation = the { -device } says that it could not fetch revocation data: { $says }
device-failure-empty = the { -device } says that the answer was empty: { $says }
device-failure-off = the { -device } says that no transport for licensing is switched on: { $says }
device-failure-http = the { -device } says that it was answered with an HTTP error: { $says }; so the network works, and so does TLS where it is used
device-failure-not-connected = the { -device } says that it could not connect: { $says }
device-failure-not-sent = the { -device } says that it could not send its message, without naming the step: { $says }
device-failure-registration = the { -device } says that its registration failed, or its renewal: { $says }
device-failure-too-old = the { -device } says that its SSM On-Prem is too old for reporting by policy: { $says }
device-failure-agent = the { -device }'s licensing agent reports an error: { $says }
device-failure-refused = the licensing service answered with a refusal: { $says }; network and TLS are fine
device-failure-silent = the { -device } says that no answer came back: { $says }; the network, a proxy or TLS may be at fault
device-failure-trust = the { -device } says that trust was not installed: { $says }
device-failure-unspecified = the { -device } says that it could not communicate, without a reason: { $says }
device-success = the { -device } says that licensing works: { $says }
device-success-counted = the { -device } says that licensing works: its last messages were answered
device-nothing = no failure and no success of licensing was recognised in { $lines } { $lines ->
    [one] line
   *[other] lines
}
device-nothing-quoted = no failure and no success of licensing was recognised in { $lines } { $lines ->
    [one] line
   *[other] lines
}; the last message of the licensing agent is { $says }
device-cannot-tell-who = who aborted it, and at which step: only a capture shows that
device-cannot-tell-answered-by = whether the service itself answered, or a proxy in front of it
device-cannot-tell-success = how the connections went: only a capture shows that
device-cannot-tell-capture = how the attempts in the log went: the capture holds none of them, so it was taken at another time or on another interface

# Access points that join
device-failure-beside-join = the exchange with { $service } went through on the wire, but the log says that the join failed: { $says }
device-success-join = the log says that the access point joined its controller: { $says }
device-join-dates = the log says that a certificate was not accepted because of its dates when an access point wanted to join: { $says }
device-join-certificate = the log says that a certificate was not accepted when an access point wanted to join: { $says }
device-join-authorised = the log says that the controller does not admit an access point: { $says }
device-join-silent = the log says that an access point and its controller waited for each other without success: { $says }
device-join-unspecified = the log says that an access point could not join, without a reason: { $says }
device-cannot-tell-join = whose certificate or packet it was, and at which step: only a capture of UDP ports 5246 and 5247 shows that
device-join-clock-do = check whether the clocks of the controller and of the access point are right: a certificate is judged by them
device-join-dates-do = where an access point's certificate has expired, let the controller accept expired certificates of the manufacturer as long as such access points are in use
device-join-silent-do = allow UDP ports 5246 and 5247 between the access point and the controller, in both directions, with IP fragments: certificates are larger than a packet
device-join-look-do = check on the controller how far the access point came, and which certificate it receives
device-join-verify = the controller lists the access point as joined

# Logs without a capture: what to do
device-do-name = make the { -device } resolve { $host }, in the VRF that licensing uses
device-do-cslu = tell the { -device } where its service is: a CSLU is the default of a new device, which looks for it under the name cslu-local. Give it the address of a CSLU, or let DNS resolve that name; without a CSLU choose another transport
device-do-inspection = exempt { $host } from TLS inspection: the { -device } trusts no company's certificate authority
device-do-trustpool = check that the clock is right and that the { -device } trusts the root of the service (IdenTrust Commercial Root CA 1 for the cloud)
device-do-send = check that the clock is right and that the { -device } trusts the root of the service: without that root, call-home fails with these words
device-do-certificate-name = put the host name from the certificate of the service into the URL, in place of the address { $host }: a certificate names a host by its name; the { -device } must be able to resolve it
device-do-certificate-own = check that the name in the certificate of the service is { $host }, as in the URL (Host Common Name of an SSM On-Prem), that it is valid by the clock of the { -device }, and that SLA-TrustPoint holds the Cisco Licensing Root CA
device-do-revocation = an On-Prem's revocation list usually cannot be fetched: switch revocation checking off
device-do-empty = for an SSM On-Prem use the transport cslu and the URL shown there under Inventory, General; { -gate-on-prem-policies } or later is needed
device-do-upgrade-on-prem = upgrade the SSM On-Prem to { -gate-on-prem-policies } or later
device-do-http-url = correct the URL: the service answers, and does not know the configured one
device-do-http-proxy = let the proxy pass requests for { $host } without authentication: 407 comes from a proxy
device-do-http-forbidden = find out why { $host } refuses this { -device }: its log, the account of the { -device }, and the policy of a proxy in between, which may have answered instead
device-do-http-wait = wait an hour before the next attempt: the service limits the number of requests
device-do-http-server = look at the log of { $host }, where the request arrived, or of a proxy in between; an error of 500 or more is the fault of the side that answered, and a later attempt may succeed
device-do-http-vendor = try again later: an error of 500 or more is the fault of the side that answered, { $host } or a proxy in between; if it persists, open a case with the vendor's support
device-do-transport = switch Smart Transport on
device-do-call-home = switch licensing on in call-home: reporting smart-licensing-data under an active profile
device-do-register = register with a token that has not expired and has uses left, and check that it belongs to the right account
device-do-read-on = read the message and those around it: the agent names what failed
device-do-token = read the answer; if the service does not know the { -device }, establish trust again with a token that has uses left
device-do-trust = check that the clock is right to within an hour, and establish trust again
device-do-reach = check whether { $host } can be reached from the interface that licensing uses (an open port is good; ICMP ping proves nothing)
device-do-reach-proxy = check whether the proxy { $proxy }, which the { -device } is configured to use, can be reached from the interface that licensing uses (an open port is good; ICMP ping proves nothing)
device-do-allow = allow the { -device } to reach { $host }, by name and not by address, and without TLS inspection
device-do-allow-proxy = let { $proxy } open connections to { $host } for the { -device }, without authentication and TLS inspection, and let the firewalls on both sides of it pass them
device-do-capture = capture one attempt, to see which side ends it
device-do-capture-beside = capture one attempt, to see which side ends it: on the { -device } itself, or at the switch port in front of it (SPAN)
device-do-capture-verify = tlswalk, given this capture and the same --log, says which side ended it
device-collect = collect the { -device }'s texts about licensing
device-collect-verify = tlswalk --log, given that text, recognises the { -device }'s messages
device-verify = the log says that trust was installed or communication restored
device-verify-registration = “show license status” says REGISTERED
device-verify-agent = the message does not come again, and the { -device } reports no failure

# Logs: the state of the device
device-fact-offline = the { -device }'s own text says that its transport is off: it reports by file, and silence is expected
device-fact-offline-until = the { -device }'s own text says that its transport is off: it reports by file, and silence is expected; the next acknowledgement is due by { $deadline }
device-fact-reservation = the { -device }'s own text shows a reservation: { $says }
device-fact-reload = the { -device }'s own text says that licensing was reset and that a reload is pending
device-fact-trust-missing = the { -device }'s own text shows a member of a pair without a trust code: { $member }
device-fact-token = the { -device }'s own text says that the token has no uses left
device-fact-offline-do = report by file and import the acknowledgement; or switch a transport on, if the { -device } is not meant to be offline (tlswalk explain offline)
device-fact-reservation-do = move from the reservation to reports: save the usage, register it in the account and import the acknowledgement (tlswalk explain reservation)
device-fact-reload-do = reload the { -device } in a maintenance window: the reset of licensing takes effect with it (tlswalk explain factory-reset)
device-fact-trust-missing-do = establish trust for every member of the pair, with a token of at least two uses and the keyword all (tlswalk explain high-availability)
device-fact-token-do = create a token with uses left, at least two for a pair, and establish trust for all members (tlswalk explain high-availability)
device-fact-verify = its text no longer says: { $says }

# The screen
device-label-log = Log
device-label-says = Says
device-lines = { $recognised } of { $lines } { $lines ->
    [one] line
   *[other] lines
} recognised
device-forms = { $entries } { $entries ->
    [one] entry
   *[other] entries
} ({ $forms })
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
device-offset-unknown = its time cannot be matched with the capture, so its lines belong to no attempt
device-supports = the { -device }'s own log says the same ({ $log } line { $line })
device-contradicts = the capture shows otherwise
device-more = and { $count } more, in the JSON report
device-counted = { $total } { $total ->
    [one] attempt
   *[other] attempts
}, { $success } succeeded, { $fail } failed
device-ongoing = { $count } in a row up to now
device-standing-works = works
device-standing-no-reply = no answer comes back: network, proxy or TLS
device-standing-refused = the server answers and refuses: TLS is fine
device-standing-fails = fails
device-transport = transport { $transport }
device-proxy = through the proxy { $proxy }
device-vrf = in VRF { $vrf }
device-trust-code = trust code: { $trust }
