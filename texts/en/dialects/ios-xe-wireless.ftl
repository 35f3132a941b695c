# A wireless controller on IOS XE.
-device = controller

anomaly-wireless-clients = { $count } connections travel inside CAPWAP: they are wireless clients' and not the { -device }'s
anomaly-wireless-clients-also = { $count } connections travel inside CAPWAP: they are wireless clients' and not the { -device }'s, also that of { $one } and { $other }, which asks for { $name }
