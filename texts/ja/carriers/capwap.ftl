# 無線コントローラに参加するアクセスポイント：アクセスポイントがクライアント、コントローラがサーバ。
-device = アクセスポイント

device = アクセスポイント
client = アクセスポイント
server = コントローラ
service = コントローラ { $name }
healthy-summary = 見える範囲では{ $service } に join した：{ $version }、その後双方向の暗号化メッセージ（DTLS { $took }）
healthy-answer = コントローラの最初の暗号化メッセージ
healthy-cannot-tell = 暗号化されたメッセージの内容（Join Response もその一つ。結果はコントローラのアクセスポイント一覧で分かる）
no-application-response-summary = { $who }は{ $service } に最初の暗号化メッセージ（通常は Join Request）を送ったが、{ $span }間応答がない
no-application-response-request = アクセスポイントの最初の暗号化メッセージ（通常は Join Request）
version-mismatch-upgrade = { $server } のコントローラで DTLS 1.2 を受け入れてください（アクセスポイント用の DTLS バージョンの設定を確認）
version-mismatch-older = または、許容できるのであれば、コントローラで古いバージョンを許可してください
cipher-mismatch-allow = または、提示された暗号スイート、グループ、署名アルゴリズムのいずれかをコントローラで許可してください
incomplete-capture-no-beginning = セッションの始まりがキャプチャされていない（ハンドシェイクは最初のフレームより前にある）
silent-mid-handshake-server-log = コントローラ { $server } のログで理由を確認してください
certificate-fault-accepted-replace = より厳しいアクセスポイントに拒否される前に、問題のない証明書をコントローラ { $server } に設定してください
page-server = コントローラ
page-server-chain = コントローラから
client-certificate-rejected-asks = コントローラが証明書を要求
client-certificate-rejected-alert-later = { $span }後にコントローラからの{ $alert }
verify-handshake = コントローラの一覧でアクセスポイントが join 済みになっている
