# Triage: many captures at once. Headings of the table first, then lines and sentences.

triage-captures = captures
triage-captures-counted = { $count ->
    [one] 1 capture
   *[other] { $shown } captures
}
triage-attempts = attempts
triage-examples = for example
triage-not-read = could not be read
triage-not-read-heading = Could not be read
triage-partial-heading = Not read or judged to the end
triage-others-heading = Not captures
triage-by-verdict = By verdict
triage-rows = Attempts, the worst first

triage-title = Triage of { $captures ->
    [one] 1 capture
   *[other] { $shown } captures
}
triage-more = … and { $count } more: use -f csv
triage-more-attempts = { $count ->
    [one] and 1 more attempt
   *[other] and { $count } more attempts
}

# The last line, clause by clause
triage-clauses = { $text }; { $next }
triage-counted = { $captures ->
    [one] 1 capture
   *[other] { $shown } captures
}, { $attempts ->
    [one] 1 attempt
   *[other] { $attempts-shown } attempts
}
triage-speed = { $size } in { $time }: { $captures } captures/s, { $rate }/s
triage-seconds = { $count } s
triage-milliseconds = { $count } ms
triage-partial = { $count ->
    [one] 1 capture was
   *[other] { $shown } captures were
} not read or judged to the end
triage-known = { $count ->
    [one] 1 known from before
   *[other] { $count } known from before
}
triage-others = { $count ->
    [one] 1 file is not a capture
   *[other] { $count } files are not captures
}

# Notes about a file
triage-note-grew = it grew from { $before } to { $after } bytes while it was read; the first { $before } were judged
triage-note-shrank = it shrank from { $before } to { $after } bytes while it was read
triage-note-changed = it changed while it was read
triage-note-vanished = it was moved or deleted while it was read
triage-note-again = reported before, and changed since: { $before } bytes then, { $after } now
triage-note-ring = { $count ->
    [one] 1 file
   *[other] { $count } files
} of a ring, read as one
triage-folder = All in { $folder }
