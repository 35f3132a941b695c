# IOS XE のワイヤレスコントローラ。
-device = コントローラ

device = ワイヤレスコントローラ

anomaly-wireless-clients = { $count } 本の接続が CAPWAP の中を通っている（ワイヤレスクライアントのもので、{ -device }のものではない）
anomaly-wireless-clients-also = { $count } 本の接続が CAPWAP の中を通っている（ワイヤレスクライアントのもので、{ -device }のものではない。{ $name } を要求する { $one } と { $other } の接続を含む）
