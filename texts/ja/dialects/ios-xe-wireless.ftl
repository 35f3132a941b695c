# IOS XE のワイヤレスコントローラ。
-device = コントローラ

anomaly-wireless-clients = { $count } 本の接続が CAPWAP の中を通っている（ワイヤレスクライアントのもので、{ -device }のものではない）
anomaly-wireless-clients-also = { $count } 本の接続が CAPWAP の中を通っている（ワイヤレスクライアントのもので、{ -device }のものではない。{ $name } を要求する { $one } と { $other } の接続を含む）

join-expired = 該当するアクセスポイントを使い続ける間は、製造元の期限切れ証明書をコントローラで許可するか、アクセスポイントを交換してください。アクセスポイントの証明書は { $span }前に期限が切れています（この種の証明書の有効期間は 10 年、Field Notice FN63942）。AireOS では「config ap cert-expiry-ignore mic enable」（7.4.140.0 以降。7.0.252.0 では「config ap lifetime-check mic enable」）
join-controller-reload = リリース 17.7.1 から 17.9.2 に限り、起動時に SHA-2 の証明書を読み込まないことがあります（CSCwe28717）。その場合だけ、ワイヤレス管理のトラストポイントを別のものに変更してから元に戻してください
join-controller-expired = ワイヤレス管理用に、有効な証明書のトラストポイントを選んでください（コントローラの現在の証明書は { $span }前に期限が切れています）
