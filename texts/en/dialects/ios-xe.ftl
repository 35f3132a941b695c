# IOS XE: switches and routers.
-device = device

proxy-authentication-required-exempt = let { $device } reach { $target } without authentication; IOS XE did not support authenticated proxies as of 17.9.2
server-certificate-rejected-pool = bring the { -device }'s trust pool up to date (images before 17.3.4 and 17.6.1 lack IdenTrust Commercial Root CA 1)
recapture-files = let a set of files take what a buffer cannot (IOS XE 17.12 and later; before, “buffer size 100”)
recapture-wait = to wait for the regular report rather than to cause one, use “{ $buffer }” (IOS XE 17.12 and later) in place of the buffer
