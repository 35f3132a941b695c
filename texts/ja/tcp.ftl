# TCP の番号、時刻、サイズから言えること。複数のルールが使う。

# lost bytes
lost-repeated = 届いていない最初のバイトからの { $len } バイトが { $times } 回再送され（最初から最後まで { $span }）、一度も確認応答されていない
lost-by-size = { $lost } バイトのセグメントは届かず、{ $passed } バイトのものは届いた：経路がこの大きさのパケットを通さない（パス MTU）
lost-by-size-alone = { $lost } バイトのセグメントは届かず、より小さいものは届いた：経路がこの大きさのパケットを通さない（パス MTU）
lost-not-by-size = サイズの制限は原因ではない：失われたセグメントは { $lost } バイトで、同じ大きさのものが届いている
lost-hardly-by-size = サイズの制限が原因とは考えにくい：失われたセグメントは { $lost } バイトで、通常の経路なら通る大きさである
lost-maybe-by-size = 大きなパケットを破棄する経路でも同じに見える。TCP MSS または MTU を小さくすれば、これが理由かどうかが分かる
lost-where = このサイズのパケットを破棄しているのが、経路上のどのリンクまたは機器か
lost-try-smaller = 試しに、途中のルータまたはトンネルで TCP MSS を 1,200 バイトに制限してください。解消すれば、そこの MTU を直します

# hello-split
hello-split-cannot-tell = より小さい Client Hello なら通ったかどうか（{ $split }）

# syn-ack
syn-ack-repeated = サーバが SYN-ACK を再送している：サーバから見て接続は開いていない

# tls-no-response
tls-no-response-summary-unopened = { $service } への TCP 接続は、サーバ側では確立していない：サーバが SYN-ACK を再送しており、{ $who }の ACK も、それ以降のデータも届いていない
tls-no-response-summary-part = { $who }の Client Hello { $total } バイトのうち、{ $service } に届いたのは { $arrived } バイトだけである：残りは届いていない
tls-no-response-summary-beginning = { $who }が{ $service } に送った最初の { $missing } バイトが届いていない（後続は届いている）：サーバは応答できる状態になかった
tls-no-response-summary-left-at-once = { $who }は Client Hello の { $span }後、応答が届きうる前に、{ $service } への接続を閉じた：往復には { $round-trip }かかる
tls-no-response-summary-left = { $who }は Client Hello の { $span }後、サーバが応答する前に、{ $service } への接続を閉じた
tls-no-response-client-closed = { -device }が先に閉じた
tls-no-response-slow = サーバは応答しようとしていた可能性もある（より長く待つクライアントで分かる）
tls-no-response-left = { -device }が Client Hello の { $span }後に閉じる理由を確認してください（ポートだけを調べる監視、短すぎるタイムアウト、プログラムの終了）
tls-no-response-part-rule = { $device } と { $name } の間で、接続の途中のパケットを破棄するもの（ハンドシェイクを検査するフィルタ、パケットロスのあるリンク）を探してください
tls-no-response-unopened-rule = { $device } から { $server } への、SYN より後のパケットを破棄するもの（SYN-ACK を見ていないフィルタ（非対称経路）、SYN だけを通すフィルタ）を探してください
tls-no-response-hole = このフレームより前の{ $who }のバイトが届いていない：{ $count }

# tcp-no-response
tcp-no-response-accepted = { $span }前の別の接続における { $server } の SYN-ACK：ポートは開いており、到達できていた
tcp-no-response-became-closed = ちょうどその時にルールや経路が変わった可能性もある
tcp-no-response-backlog = { $server } で、プログラムがまだ接続を受け付けているか（accept キューの満杯、ss -ltn）、接続数の上限に達していないかを確認してください
tcp-no-response-limit = { $device } から { $server } への接続数の上限に、ファイアウォールまたはロードバランサで達していないかを確認してください
tcp-no-response-summary-stale = { $who }は{ $service } に接続できない：SYN への応答が、同じポートの以前の接続に属する確認応答である
tcp-no-response-stale-answer = SYN への応答が ACK のみで、その確認応答番号は SYN に合わない（別の接続の challenge ACK）。{ $times } 回
tcp-no-response-stale-refused = { $who }は TCP の規定どおり RST で拒否
tcp-no-response-stale-rewritten = シーケンス番号を書き換える途中の機器が、この接続の情報を失った場合も同じ結果になる
tcp-no-response-stale-cannot-tell = 以前の接続を保持しているのはどれか（サーバ自身、ロードバランサ、途中のファイアウォールまたはアドレス変換）
tcp-no-response-stale-drop = { $server }、またはその手前のロードバランサやファイアウォールで、{ $client } との以前の接続を削除する（ss -K、clear conn）か、タイムアウトを待ってください
tcp-no-response-stale-ports = アドレス変換が同じクライアントポートをすぐに再使用しないこと、両方向が同じ機器を通ることを確認してください
tcp-no-response-summary-unacknowledged = { $who }と{ $service } の TCP ハンドシェイクが完了していない：サーバの SYN-ACK は { $times } 回送られたが、一度も確認応答されていない
tcp-no-response-summary-too-late = { $target } が{ $who }の SYN に応答したのは { $span }後で、{ $who }はすでに諦めていた
tcp-no-response-too-late-refusal = { $who }が RST でその応答を拒否
tcp-no-response-too-late-cannot-tell = サーバの応答が遅かったのか、途中の機器がパケットを留めていたのか
tcp-no-response-too-late-load = { $server } への接続の確立を遅らせているものを探してください（過負荷のサーバやファイアウォール、断続する経路など）
tcp-no-response-asked-again = { $who }が SYN を再送している（{ $frames }）：SYN-ACK が届いていない
tcp-no-response-scan = ポートスキャンも同じように接続を半開きのままにする
tcp-no-response-unacknowledged-cannot-tell = SYN-ACK とその確認応答のどちらがどこで失われたか（クライアント側でキャプチャすれば、SYN-ACK が届いているかが分かる）
tcp-no-response-way-back = { $server } から { $device } への帰りの経路（ルート、アドレス変換、SYN を見ていないフィルタ（非対称経路））を調べてください

# silent-mid-handshake
silent-mid-handshake-closed-before = サーバの応答の残り（フレーム { $frame }）が届く前に、{ $who }が閉じた（FIN）
silent-mid-handshake-rest = サーバの応答の残り（クライアントは閉じた時点で確認応答していない）
silent-mid-handshake-rest-lost = 残りが途中で失われたか、クライアントがこれ以上待たなかった可能性もある
silent-mid-handshake-closed-behind = { $who }がフレーム { $frame } のアラートの後で閉じた（FIN）
silent-mid-handshake-fin-before = { $who }からの FIN、そのメッセージの { $span }前
silent-mid-handshake-fin = { $who }からの FIN、そのメッセージの { $span }後

# reset-origin
reset-origin-goes-on = { $who }はフレーム { $frame } で、この RST を送っていないかのように通信を続けている
reset-origin-next-hop = { $field }は { $ttl }、{ $who }自身のパケットの{ $field }は { $usual }：一ホップの差があり、経路上の別の場所から送られた
reset-origin-shared-ttl = 両側のすべてのパケットの{ $field }が同じで、どちらがこの RST を送ったかは分からない

# no-application-response
no-application-response-summary-closed = { $service } は{ $who }の要求を受け取る前に接続を閉じた
no-application-response-after-close = 最後のパケット
no-application-response-closed = サーバはここで、要求の前に閉じる
no-application-response-alert = サーバは暗号化されたアラートで応答している（close_notify、または理由）
no-application-response-or-alert = アラートは、サーバが要求を読めなかったこと（bad_record_mac、decode_error）を示す可能性もある（サーバのログで分かる）
no-application-response-closed-log = { $server } のログで、ハンドシェイクの後に接続を閉じる理由（上限、タイムアウト、受け入れないクライアント）を確認してください
no-application-response-crossed = 無通信の接続を閉じるサーバの FIN が、{ -device }の要求と行き違うこともある
no-application-response-cannot-tell-encrypted = TLS で暗号化されている場合、要求の内容と応答がない理由

# later requests
later-request = { $who }の次の要求（暗号化）
later-request-idle = { $span }間、何も送られていなかった：ファイアウォール、ロードバランサ、またはサーバの無通信タイムアウト
later-request-unacknowledged = { $who }は初めは{ $service } から応答を得たが、次の要求は { $span }の間に { $times } 回再送され、一度も確認応答されていない
later-request-server-gone = その間にサーバ自身が停止したか、切り離された可能性もある
later-request-rule = { $device } と { $server } の間に、内容を理由に接続を終わらせる規則（検査、割り当て量）がないか確認してください
later-request-forgotten = { $device } と { $server } の間に、無通信の接続の情報を破棄する機器（ファイアウォール、アドレス変換、ロードバランサ）がないか確認し、{ -device }がそれより早くキープアライブを送るか閉じるようにしてください
later-request-reset = { $who }は初めは{ $service } から応答を得たが、次に送ったものにはリセットが返った
later-request-rst = { $who }のアドレスからの RST、{ $span }後。{ $clause }
later-request-none = { -device }の最後のレコードは要求ではない可能性もある：HTTP/2 は PING や GOAWAY も送る
later-request-server-log = { $server } のログを確認してください（プログラムの終了や再起動、無通信による切断）
answer-cut-client = { $who }が応答の途中で{ $service } への接続をリセットした：レコードの { $missing } バイトはまだ届いていなかった
answer-cut-server = { $service } が応答の途中で接続をリセットした：レコードの { $missing } バイトが届いていない
answer-cut-path = 応答の途中で、{ $who }と{ $service } の間の経路上の何かが接続をリセットした：レコードの { $missing } バイトが届いていない
answer-cut-unknown = 応答の途中で、{ $who }と{ $service } の接続がリセットされた：レコードの { $missing } バイトが届いていない
answer-cut-record = 応答の最後のレコード（{ $missing } バイトが欠けている）
answer-cut-cannot-tell = 応答の内容と、届いた部分が利用できたかどうか（TLS ではレコードの一部だけを読むことはできない）
answer-cut-client-log = { $who }のログで、応答の途中で切断する理由（タイムアウト、サイズの上限、内容の拒否）を確認してください

# incomplete-capture
incomplete-capture-never-arrived-end = { $who }の最後の { $count } バイトが届いていない（相手はフレーム { $frame } の後も通信を続けたが、確認応答していない）
incomplete-capture-never-arrived = フレーム { $frame } より前の{ $who }の { $count } バイトが届いていない（後続は届いている）：途中で失われた

# one connection, captured twice
seen-again = 同じ接続（アドレス変換の後で二度目にキャプチャされたもの）：{ $client } から { $server }

# icmp-blocked
icmp-blocked-mtu-anywhere = { $from } は { $mtu } バイト以下のパケットを求めていますが、送信側はより大きなパケットを送り続けています。この ICMP メッセージが送信側に届くようにするか（途中でフィルタされている可能性があります）、経路上で TCP MSS を { $mss } に制限してください
