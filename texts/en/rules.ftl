# What the rules say. One section per rule, in the order of RULES.

## server-certificate-rejected

server-certificate-rejected-root-or-intermediate = what { $issuer } is, which is not presented: an authority whose root the client lacks, or an intermediate that the server should send

## no-application-response

no-application-response-window = the server announces a window of zero, and opens it no more for { $waited }: its program does not read
no-application-response-stalled = the server took the connection but its program hangs; its log and load tell

## healthy

healthy-without-close-notify = whether the answer was whole: the server closed in frame { $frame } without close_notify, as many do
