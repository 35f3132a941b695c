# IOS XE のワイヤレスコントローラ。
-device = コントローラ

device = ワイヤレスコントローラ

anomaly-wireless-clients = { $count } 本の接続が CAPWAP の中を通っている（ワイヤレスクライアントのもので、{ -device }のものではない）
anomaly-wireless-clients-also = { $count } 本の接続が CAPWAP の中を通っている（ワイヤレスクライアントのもので、{ -device }のものではない。{ $name } を要求する { $one } と { $other } の接続を含む）

join-expired = アクセスポイントの証明書は { $span }前に失効している。そのようなアクセスポイントを使う間は、失効した製造元の証明書（有効期間 10 年、Field Notice FN63942）をコントローラに受け入れさせるか、交換してください。AireOS では “config ap cert-expiry-ignore mic enable”（7.4.140.0 以降。7.0.252.0 では “config ap lifetime-check mic enable”）
join-controller-issuer = コントローラがアクセスポイントに示す証明書とその発行者を確認してください。17.7.1 から 17.9.2 のリリースは起動時に SHA-2 の証明書を読み込まないことがあります（CSCwe28717）。その場合は無線管理のトラストポイントを別のものに変えてから元に戻してください
join-controller-expired = コントローラの証明書は { $span }前に失効している。無線管理用に、有効な証明書のトラストポイントを選んでください
