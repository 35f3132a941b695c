# What the rules say. One section per rule, in the order of RULES.

## server-certificate-rejected

server-certificate-rejected-root-or-intermediate = what { $issuer } is, which is not presented: an authority whose root the client lacks, or an intermediate that the server should send
