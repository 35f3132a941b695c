# What every other text is made of. Values come in { $braces }; Fluent's syntax is at projectfluent.org.

verbatim = { $text }

# Clauses joined: "is self-signed, had expired and is for another name".
list = { $head } and { $last }
list-separator = { ", " }

# Lengths of time.
seconds = { $seconds } s
span-days = { $count } { $count ->
    [one] day
   *[other] days
}
span-hours = { $count } { $count ->
    [one] hour
   *[other] hours
}
span-minutes = { $count } { $count ->
    [one] minute
   *[other] minutes
}
span-seconds = { $count } { $count ->
    [one] second
   *[other] seconds
}
