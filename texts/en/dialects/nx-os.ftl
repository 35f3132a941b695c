# NX-OS.
-device = switch
