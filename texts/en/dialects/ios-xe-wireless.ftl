# A wireless controller on IOS XE.
-device = controller

anomaly-wireless-clients = { $count ->
    [one] 1 connection travels inside CAPWAP: it belongs to a wireless client, not to the { -device }
   *[other] { $count } connections travel inside CAPWAP: they belong to wireless clients, not to the { -device }
}
anomaly-wireless-clients-also = { $count ->
    [one] 1 connection travels inside CAPWAP: it belongs to a wireless client, not to the { -device }; it runs
   *[other] { $count } connections travel inside CAPWAP: they belong to wireless clients, not to the { -device }; one of them runs
} between { $one } and { $other } and asks for { $name }

join-expired = let the controller accept expired certificates of the manufacturer as long as such access points are in use, or replace them: the access point's certificate expired { $span } ago; such certificates last ten years (field notice FN63942). On AireOS: “config ap cert-expiry-ignore mic enable” (7.4.140.0 and later; 7.0.252.0: “config ap lifetime-check mic enable”)
join-controller-reload = only on releases 17.7.1 to 17.9.2, which may not load the certificate with SHA-2 at boot (CSCwe28717): set the trustpoint for wireless management to another one and back
join-controller-expired = choose a trustpoint with a valid certificate for wireless management: the controller's own expired { $span } ago
