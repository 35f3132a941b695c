# The claims of a text, checked against a capture (tlswalk check).

check-head = { $text }, checked against { $file }
check-counts = { $true } true, { $false } false, { $open } not provable, { $unread } not read
check-heading-false = False
check-heading-open = Not provable
check-heading-true = True
check-heading-unread = Not read
check-line = line { $line }
check-said = “{ $sentence }”
check-read-as = claim: { $claim }
check-frame = frame { $frame }: { $what }
check-unread-sentence = “{ $text }”
check-unread-part = “{ $text }”: used by no claim of its sentence
check-unread-question = “{ $text }”: a question
check-unread-too-long = “{ $text }”: too long for a sentence
check-left-out = { $count ->
    [one] 1 more sentence or claim is not listed and was
   *[other] { $count } more sentences or claims are not listed and were
} not judged.

# The claim that a sentence was understood to make.
check-denied = not: { $claim }
check-of-attempt = attempt { $attempt }
check-of-connection = connection { $connection }
check-of-port = connection from port { $port }
check-of-place = connection of { $place }
check-alert-both = { $name } ({ $number })
check-alert-number = number { $number }
check-fatal = fatal
check-from = from { $who ->
    [client] the client
    [server] the server
   *[other] { $who }
}
check-at = at { $time }
check-frames = frames { $frames }
check-certificate-of = certificate of the { $side }
check-a-certificate = a certificate
check-subject = subject { $subject }
check-shown = shown in the handshake
check-expired = expired
check-not-yet = not yet valid
check-current = valid at the time of the capture
check-until = valid until { $time }
check-since = valid from { $time }
check-issuer = issued by { $issuer }
check-self-signed = self-signed
check-serial = serial number { $serial }
check-days-before = expired { $days } days before the capture
check-somebody = one side
check-closed = { $who } closed the connection
check-closed-first = { $who } closed the connection first
check-reset = { $who } reset the connection
check-ended = { $who } ended the connection
check-answered = the { $side } answered
check-answered-syn = the { $side } answered the SYN
check-answered-hello = the { $side } answered the Client Hello
check-offered = the client offered { $what }
check-offered-only = the client offered only { $what }
check-negotiated = { $what } was negotiated
check-quic-version = QUIC version { $version } is used
check-lapse = { $seconds } s from { $from } to { $to }
check-lapse-begin = the beginning of the capture
check-key = its key has { $bits } bits
check-repeated = there are retransmissions
check-warning = level warning
check-server-name = the Client Hello names { $name }
check-count-of = { $counted }, { $who }
check-count-frames = frames: { $count }
check-count-syns = SYNs: { $count }
check-count-retransmissions = retransmissions: { $count }
check-count-attempts = attempts: { $count }
check-count-connections = connections: { $count }
check-count-certificates = certificates: { $count }
check-count-alerts = alerts: { $count }
check-count-tcp = TCP connections: { $count }
check-count-questions = DNS questions: { $count }
check-count-discovery = Discovery Requests: { $count }
check-count-initials = Initial packets: { $count }
check-began = the first frame is from { $time }
check-asked = the question goes to { $address }
check-length = the capture is { $seconds } s long
check-handshake = the TLS handshake completed
check-tcp-opened = the TCP connection was established
check-proxy = the proxy is { $place }
check-succeeded = the attempt succeeded
check-between = there is a connection from { $from } to { $to }
check-highest = the highest version that the client offered is { $what }
check-none-higher = the client offered nothing higher than { $what }
check-dns-question-in = DNS question, { $frames }
check-dns-answer-in = DNS answer, { $frames }
check-healthy = everything succeeded
check-rejected = the { $side } rejected the other side's certificate
check-verdict = the verdict is { $id }
check-resolved = DNS gave the address { $address }
check-dns-answered = DNS answered
check-request = request { $request }
check-sender = { $who } sends what { $frames } hold
check-dns-status = DNS answered { $status }
check-http-status = an HTTP answer has status { $status }
check-http-status-in = { $told }, { $frames }
check-place = { $who } is { $place }
check-port = port { $place } is used
check-licensing = there is licensing traffic

# Facts about frames, beside those of tlswalk why.
check-alert-encrypted = encrypted alert from the { $side }
check-certificate = { $subject }, issued by { $issuer }, valid { $before } to { $after }

# Why a claim is false or cannot be proven.
check-why-encrypted = the part that would show it is encrypted
check-why-not-captured = not all of what that side sent was captured
check-why-nothing = the capture shows nothing of the kind
check-why-nothing-of-it = the report has nothing that would show it
check-why-no-attempt = the report has no attempt or connection of that name, address or number
check-why-nobody-there = no host in the capture has that address or port
check-why-misnamed = alert { $number } is { $name }
check-why-outside = the frame belongs to no TLS connection
check-why-unknown-frame = the report does not say what the frame holds
check-why-no-step = no step of a handshake is in frame { $frame }
check-why-both-closed = both sides ended the connection, first the { $side } in frame { $frame }
check-why-unknown = the sentence may say something else: “{ $word }” is not understood here
check-why-rst = that side sent RST, and no FIN
check-why-first-reset = of several RST the report lists only the first
check-why-two-readings = it can be read in two ways, and one of them is wrong
check-why-zone = it is one day apart, and another time zone may explain that
check-why-no-certificate = no certificate of that side can be read here
check-why-no-subject = no certificate here has that subject
check-why-no-server-hello = without a Server Hello it is not known what was negotiated
check-why-no-lookup = no DNS look-up in the capture shows it
check-why-verdict = the verdict is { $id }
check-why-not-certain = the report is not certain of it
