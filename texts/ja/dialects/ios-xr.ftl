# IOS XR。
-device = ルータ
