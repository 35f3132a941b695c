# The page (HTML) and the ticket (Markdown). Labels first, then what takes values.

page-skip = Skip to the verdict
page-why = Evidence
page-do = What to do
page-expect = Done when
page-not = Ruled out
page-or = Could also be
page-cannot-tell = Not visible here
page-also = Also
page-walk = What happened
page-good = Expected next:
page-facts = Connection
page-certificates = Certificates
page-filters = Wireshark
page-filter-evidence = these frames
page-filter-attempt = the whole attempt
page-attempts = Attempts
page-courses = Attempts of one device to reach one service, in order
page-captures = Captures
page-not-read = could not be read
page-capture = This capture
page-steps = Every step as a table
page-details = More about it
page-frame = frame
page-frames = frames
page-seconds = seconds
page-minutes = min:s
page-hours = h:min:s
page-step = step
page-from = from
page-detail = detail
page-time = time (UTC)
page-to = to
page-verdict = verdict
page-confidence = confidence
page-device = { -device }
page-server = server
page-proxy = proxy
page-resolver = resolver
page-transport = transport
page-via = proxy
page-version = TLS version
page-cipher = cipher suite
page-server-name = server name
page-client-chain = From the { -device }
page-server-chain = From the server
page-self-signed = self-signed
page-names = names
page-key = key
page-signature = signature
page-usages = usages
page-serial = serial number
page-issuer = issued by
page-fingerprint = SHA-256
page-unreadable = not readable
page-odd = Noticed
page-holds = In the capture
page-file = file
page-made-by = Made from the capture alone, by
page-copy-hint = Click a command or filter once to select all of it.

# Who and where
page-owner-device = On the { $who }
page-owner-firewall = On the firewall
page-owner-proxy = On the proxy
page-owner-server = On the server
page-owner-capture = For the next capture
page-transport-cssm = Cisco's cloud (CSSM)
page-transport-on-prem = SSM On-Prem
page-transport-cslu = CSLU
page-transport-call-home = Call Home
page-transport-capwap = CAPWAP
page-transport-other = TLS server

# The ladder
page-ladder-title = Attempt { $id }: { $device } and { $name }, step by step
page-ladder-desc = { $count } rows from top to bottom in order of time. { $end }
page-ladder-breaks = It stops in frame { $frame }: { $what }
page-ladder-whole = No step failed.
page-legend = Legend
page-legend-observed = read
page-legend-encrypted = encrypted: seen, not readable
page-legend-inferred = deduced from order, size and side
page-legend-unseen = beyond the proxy: not in this capture
page-legend-copied = captured twice
page-legend-hole = bytes missing
page-legend-log = what the { -device }'s own text says
page-logs = What the { -device }'s own texts say
page-line = line
page-legend-broken = where it stopped
page-connection = Connection { $id }: { $client } → { $server }
page-pause = { $time } pass
page-hole-not-captured = { $count ->
    [one] 1 byte
   *[other] { $bytes } bytes
} not captured
page-hole-never-arrived = { $count ->
    [one] 1 byte
   *[other] { $bytes } bytes
} never arrived
page-hole-snap-length = { $count ->
    [one] 1 byte
   *[other] { $bytes } bytes
} cut by the snap length
page-hole-unknown = { $count ->
    [one] 1 byte
   *[other] { $bytes } bytes
} missing
page-sent-again = { $count ->
    [one] 1 segment was sent again
   *[other] { $count } segments were sent again
}
page-sent-times = { $name }, sent { $count ->
    [one] once
   *[other] { $count } times
}
page-question = { $kind } { $name }?
page-no-answer = no answer
page-no-address = no address
page-more-rows = { $count ->
    [one] 1 more step is left out here; -f json has it
   *[other] { $count } more steps are left out here; -f json has them
}
page-more = and { $count } more

# The verdict's line and the overview
page-blame = { $confidence }, by the { $by }, at { $at }
page-where = { $confidence }, at { $at }
page-path = path
page-attempt = Attempt { $id }
page-attempts-counted = { $count ->
    [one] 1 attempt
   *[other] { $count } attempts
}
page-captures-counted = { $count ->
    [one] 1 capture
   *[other] { $count } captures
}, { $failed ->
    [0] none failed
   *[other] { $failed } failed
}
page-timeline = { $id }: { $count } of { $total }, over { $time }
page-left-out = { $count ->
    [one] 1 attempt is listed above without its details, to keep this page small
   *[other] { $count } attempts are counted above without their details, to keep this page small
}; -f json has everything.
page-rows-left-out = { $count ->
    [one] 1 more attempt is
   *[other] { $count } more attempts are
} only counted; -f json has everything.

# The capture
page-frames-in = { $frames ->
    [one] 1 frame
   *[other] { $count } frames
} in { $time }
page-complete = complete
page-cut-short = cut short
page-damaged = damaged: frame numbers after frame { $frame } are uncertain
page-duplicates = { $frames ->
    [one] 1 frame is a second copy
   *[other] { $count } frames are second copies
} of a packet
page-snap = { $segments ->
    [one] 1 segment
   *[other] { $count } segments
} cut by the snap length
page-one-direction = only one direction of the traffic was captured
page-drops = the capturing device dropped { $packets ->
    [one] 1 packet
   *[other] { $count } packets
}
page-contents = { $count ->
    [one] 1 TCP connection
   *[other] { $tcp } TCP connections
}, { $tls } with TLS
page-asked-for = servers asked for: { $names }
page-looked-up = names looked up: { $names }

# Certificates
page-valid = { $from } to { $to }
page-current = valid at the time of the capture
page-expired = expired { $days ->
    [0] on the day of the capture
    [one] 1 day before the capture
   *[other] { $days } days before the capture
}
page-not-yet-valid = not valid until { $days ->
    [0] the day of the capture
    [one] 1 day after the capture
   *[other] { $days } days after the capture
}
page-validity-unknown = validity not readable
page-bar = Valid from { $from } to { $to }; captured { $at }: { $state }

