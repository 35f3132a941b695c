# An access point that joins a wireless controller.
-device = access point

service = the controller { $name }
