# Slices, verification, redaction and comparison of captures.

attested-chain = whether the certificates' signatures verify: names and keys in this slice are pseudonyms, and the slice's own note attests the result for the original chain

# Comments in a slice.
slice-section = { $verdict } ({ $id })
    { $kept } of { $frames } frames of { $name }, cut by tlswalk { $version }; the number of a frame in that capture is its packet id (frame.packet_id).
slice-hash = SHA-256 of that capture: { $sha256 }
slice-hash-keyed = Addresses, names, serial numbers, keys and signatures are pseudonyms; a keyed hash of that capture: { $sha256 }
slice-options = It was judged with { $options }
slice-frame = frame { $frame } of { $name }: { $what } [{ $finding }, attempt { $attempt }]

# tlswalk verify: the claims, and why one does not hold.
verify-counts = { $fails ->
    [0] { $unchecked ->
        [0] All { $holds } claims of the report hold
       *[other] { $holds } claims of the report hold, none fails, { $unchecked } cannot be checked here
    }
   *[other] { $fails } claims of the report do not hold; { $holds } hold, { $unchecked } cannot be checked here
}
verify-not-json = is not a JSON report: { $error }
verify-several = holds several reports; put the one that belongs to the capture into a file of its own (jq '.[0]')
verify-no-schema = is JSON, but not a report of tlswalk: it does not say "schema": "{ $ours }"
verify-other-schema = is a report of schema { $schema }; this version of tlswalk checks { $ours }
verify-other-version = was written by another version of tlswalk, or changed: { $error }
verify-redacted = is a redacted slice, and the report is about the capture with its own names and addresses; check it against the capture, or check a report made of the slice
verify-other-key = is a slice of another capture, or was redacted with another key than the report
verify-report-redacted = the report is redacted; check it against the redacted slice made with the same key
verify-slice-incomplete = the slice is not whole: it holds { $frames } of the { $kept } frames that it was cut with; cut it again
verify-report-of-slice = the report is about a slice, and this is none; check it against the slice
verify-other-hash = is another capture, or was changed since the report: its SHA-256 is { $found }, the report's { $expected }
verify-other-frames = is another capture, or was changed since the report: it has { $found ->
    [one] 1 frame
   *[other] { $found } frames
}, the report's { $expected }
verify-other-times = is another capture, or was changed since the report: its first and last frame have other times
claim-verdict = the worst attempt's verdict is { $id }
claim-attempts = { $count ->
    [one] there is 1 attempt
   *[other] there are { $count } attempts
}
claim-attempt = attempt { $attempt }, { $device } to { $name }: { $id } ({ $confidence }, by { $by }, at { $at })
claim-course = { $device } tried to reach { $name } { $tries ->
    [one] once
   *[other] { $tries } times
}: { $kind }
claim-summary = “{ $text }”
claim-evidence = { $finding }: frame { $frame }: { $what }
claim-lookup = frame { $frame } asks DNS for { $name }
claim-connection = a connection { $client } to { $server } begins with frame { $frame }
claim-history = its walk is { $history }
claim-step = frame { $frame }: { $step } from the { $side } { $detail }
claim-alert = frame { $frame }: alert { $alert } from the { $side }
claim-certificate = certificate { $subject }, SHA-256 { $sha256 }
why-not-there = there is none in the capture
why-not-evidence = the capture gives no such finding at that frame
why-instead = the capture shows: { $found }
why-other-words = the frame is evidence for it; the words were written in another version of tlswalk or another language
why-not-step = there is no such step at that frame
why-not-certificate = the certificate of that hash says something else
why-not-in-slice = that frame was not kept in the slice
why-no-frame = the capture has { $frames ->
    [one] 1 frame
   *[other] { $frames } frames
} only
why-other-version = another version of tlswalk wrote the report; only that version can repeat it
why-counts-all = it counts all frames of the capture, and a slice holds only some of them
why-left-out = the capture shows it, and the report does not
why-name = a file can have any name; the capture itself does not show it
claim-file = the capture was called { $file }
claim-field = { $path } is { $value }
claim-no-connection = there is no connection { $client } to { $server } that begins with frame { $frame }
claim-rest-report = the other statements about the capture as a whole: summary, remedies, counts, courses
claim-rest-attempt = the other statements about attempt { $attempt }: findings, alternatives, remedies and their commands, display filter
claim-rest-connection = the other statements about connection { $connection }: counts, times, negotiated values
claim-signed = { $file } is as the owner of { $key } signed it
why-no-signature = there is no signature beside it: { $file }
why-other-signature = the signature is of another key, or the file was changed after it was signed
claim-counts = { $counts }
claim-version = tlswalk { $version } wrote it; this is { $ours }
why-version = the capture does not show it; sentences and counts that differ in this version are listed as not checked
claim-settings = which options were not typed, and where they came from
why-settings = the capture does not show it; the options themselves were repeated
value-none = nothing
verify-part = holds parts of a capture that was reported while it grew; verify a report on the whole capture
verify-no-capture = is about a capture; name it
verify-merged = was made of { $count } files with --merge; name them all, in that order
verify-made-with = was made with { $option } { $name } (sha256 { $sha256 }): give it
verify-made-with-profile-of = was made with the profile { $name } of tlswalk { $version } (sha256 { $sha256 }), which this version does not have: verify it with that version
verify-made-without = was made without { $given }; leave it out
verify-made-with-what = says that it was made with { $option } { $value }, which no version of tlswalk writes

# tlswalk diff. Captures are called 1 and 2 in the order of the command line.
diff-two-points = One way from two points: { $flows } { $flows ->
    [one] TCP connection is
   *[other] TCP connections are
} in both captures, with { $packets ->
    [one] 1 common packet
   *[other] { $packets } common packets
}.
diff-clock = The clock of capture 2 is { $offset } ahead of that of capture 1 (negative: behind).
diff-nearer = Capture { $nearer } was taken nearer to the client; a packet takes { $transit } from one point to the other.
diff-translated = Addresses or ports were translated in between: { $first } in capture 1 is { $second } in capture 2.
diff-order-unknown = which capture was taken nearer to the client: too few packets were seen in both directions at both points
diff-too-many = anything about packets beyond the first million and a half of a capture
diff-outside = where { $count ->
    [one] 1 packet
   *[other] { $count } packets
} of capture { $capture } went: the other capture does not cover that time
diff-lost = { $count } { $count ->
    [one] packet
   *[other] packets
} from { $sender } to { $receiver } vanished between the two points: in capture { $here } (frames { $frames }), not in capture { $there }
diff-made = { $count } { $count ->
    [one] packet
   *[other] packets
} in the name of { $sender } appeared between the two points, or capture { $there } missed them: in capture { $here } (frames { $frames }) only
diff-reset-made = the reset in the name of { $sender } was made between the two points: it is in capture { $here } (frames { $frames }) and not in capture { $there }, which it would have passed first
diff-reset-lost = the reset from { $sender } to { $receiver } did not get through: it is in capture { $here } (frames { $frames }), not in capture { $there }
diff-reset-one-sided = a reset in the name of { $sender } is in capture { $here } (frames { $frames }) only
diff-one-sided = { $count } { $count ->
    [one] packet
   *[other] packets
} from { $sender } to { $receiver } are in capture { $here } (frames { $frames }) only
diff-ttl = ; its time to live is { $ttl }, that sender's is { $usual } otherwise
diff-all-passed = every packet that both captures could see is in both
diff-two-stories = Two attempts: 1 is { $first }, 2 is { $second }. No TCP connection is in both captures.
diff-same-story = both take the same steps to the same verdict
diff-parts = { $count ->
    [one] 1 step is
   *[other] { $count } steps are
} the same, up to { $before }; then 1 has { $first }, and 2 has { $second }
diff-step = { $step } from the { $side } (frame { $frame })
diff-step-detail = { $step } from the { $side }, { $detail } (frame { $frame })
diff-no-step = nothing more
diff-verdict = so 1: { $first }; but 2: { $second }
diff-value = { $what }: { $first } in 1, { $second } in 2
diff-no-value = nothing
diff-what-by = who did it
diff-what-at = at which step
diff-what-causes = what is at fault
diff-what-confidence = how sure that is
diff-what-also = what else holds
diff-what-server-issuer = issuer of the server's certificate
diff-what-client-issuer = issuer of the client's certificate
diff-what-version = version of TLS
diff-what-cipher = cipher suite
diff-what-group = key exchange
diff-what-alpn = application protocol
diff-what-resumed = resumption
diff-what-attempts = the attempts in the captures
diff-unable = the two captures share no TCP connection, and one of them holds no attempt that could be compared with the other's
redact-damage = the bytes found there are left out, since they may be a part of a packet
redact-blocks = blocks of unknown type were skipped; their type is left out, since it may be a part of a packet
redact-clock = a frame is older than the one before it
redact-link = a link could not be verified
