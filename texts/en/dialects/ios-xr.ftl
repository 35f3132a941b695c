# IOS XR.
-device = router
