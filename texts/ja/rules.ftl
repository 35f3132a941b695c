# 各ルールが述べる文。RULES の順に、ルールごとに一節。

## server-certificate-rejected

server-certificate-rejected-root-or-intermediate = 提示されていない { $issuer } が何か。クライアントが持たないルート認証局なのか、サーバが送るべき中間認証局なのかは、キャプチャからは分からない

## no-application-response

no-application-response-window = サーバがウィンドウサイズ 0 を通知し、{ $waited } の間再び開かない。サーバのプログラムが受信データを読み出していない
no-application-response-stalled = サーバは接続を受け付けたが、プログラムが停止している可能性がある。サーバのログと負荷で確認できる

## healthy

healthy-without-close-notify = 応答が最後まで届いたか。サーバはフレーム { $frame } で close_notify を送らずに切断した（多くのサーバがこの動作をする）
