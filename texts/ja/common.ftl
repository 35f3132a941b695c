# ほかのすべての文が使う部品。値は { $braces } に入る。構文は projectfluent.org を参照。
#
# 文体: 要約・根拠・補足は簡潔な「である調」または体言止め、対処は「です・ます」調。文末に句点は付けない。
# 表記: 日本語と半角英数字の間には半角空白を一つ置く。句読点・括弧・コロンは全角とし、その前後には空白を置かない。
# 用語: ワイヤレスコントローラ、サーバ、キャプチャ、証明書、失効確認、名前解決、再送、応答なし、傍受（TLS インスペクション）。
# TLS のメッセージ名、アラート名、コマンド、識別子は訳さない。

verbatim = { $text }

# 節の連結
list = { $head }、{ $last }
list-separator = 、
independent = { $text }。{ $next }
enumerated = { $text }、{ $next }

# 時間の長さ
seconds = { $seconds } 秒
elapsed-minutes = { $minutes } 分
elapsed-minutes-seconds = { $minutes } 分 { $seconds } 秒
elapsed-hours = { $hours } 時間
elapsed-hours-minutes = { $hours } 時間 { $minutes } 分
span-days = { $count } 日
span-hours = { $count } 時間
span-minutes = { $count } 分
span-seconds = { $count } 秒
range = { $lowest }～{ $highest }

# 登場するもの
client = クライアント
device = { -device }
firewall = ファイアウォール
proxy = プロキシ
whoever-captures = キャプチャの担当者
server = サーバ
dns-server = DNS サーバ
service = サーバ { $name }

# フレームとメッセージ
no-frame = フレームなし
one-frame = フレーム { $frame }
some-frames = フレーム { $head }, { $last }
message-from = { $who }からの { $message }
alert = { $level ->
    [fatal] 致命的アラート
    [warning] 警告アラート
   *[other] アラート（{ $level }）
}「{ $description }」
alert-encrypted = 暗号化されたアラート
alert-from = { $who }からの{ $alert }
client-hello = Client Hello
finished = Finished
syn-to = { $server } への SYN
syn-ack = SYN-ACK
http-connect = CONNECT { $target }
http-request = { $method } { $target }
http-status = { $status } { $reason }
http-body = 本文の先頭：{ $excerpt }

# ICMP エラーの内容
icmp-network-unreachable = ネットワーク到達不能（network unreachable）
icmp-host-unreachable = ホスト到達不能（host unreachable）
icmp-protocol-unreachable = プロトコル到達不能（protocol unreachable）
icmp-port-unreachable = ポート到達不能（port unreachable）
icmp-prohibited = 管理上の禁止（administratively prohibited）
icmp-too-big = 次のリンクにはパケットが大きすぎる
icmp-too-big-for = 次のリンクにはパケットが大きすぎる（MTU { $mtu } バイト）
icmp-time-exceeded = 転送中のホップ数超過（time exceeded）
icmp-other = ICMP エラー（タイプ { $kind }、コード { $code }）
field-time-to-live = 生存時間（TTL）
field-hop-limit = ホップリミット

# 提示された証明書についての節。いずれも証明書の名前の後に「：」を挟んで続く。
certificate-of-client = { $who }の証明書
certificate-of-server = { $service } の証明書
certificate-missing = 提示なし（サーバは要求した）
certificate-self-signed = 自己署名
certificate-private-root = 既知のルート証明書にないルート（{ $root }）に至るチェーン
certificate-issuer-not-given = 発行者は { $issuer }（提示されておらず、既知のルート証明書にもない）
cannot-tell-roots-then = 証明書が提示された当時、そのルートが公開のストアにあったかどうか（ここで参照した公開ルートは現在のもの）
certificate-chain-ends = { $own } が発行し、チェーンは { $issuer } に至る（提示されておらず、既知のルート証明書にもない）
certificate-sent-along-expired = { $date } に期限が切れた { $subject }（発行者 { $issuer }）と一緒に送られている
certificate-staple-missing = OCSP ステープリングを必須とする（must-staple）が、{ -device }が要求した OCSP 応答をサーバが送っていない
certificate-unchecked = チェーンをここでは検証できない（{ $detail }）
certificate-broken = チェーンが正しくつながらない（{ $detail }）
certificate-unreadable = 読み取り不能
certificate-expired = { $date } に期限切れ（キャプチャの { $span }前）
certificate-not-yet-valid = 有効期間の開始が { $date }（キャプチャの { $span }後）
certificate-other-names = 要求された名前と不一致
certificate-common-name-only = 要求された名前がコモンネームにしかない
certificate-warned-name = サーバ自身が、{ $name } はサーバの名前にないと警告（unrecognized_name）
certificate-wrong-purpose = この用途には使えない（鍵用途）
certificate-is-authority = 認証局の証明書
certificate-weak-key = 短い鍵に依存（{ $subject } の { $key }）
certificate-weak-signature = { $algorithm } に依存（{ $subject }）
certificate-missing-intermediate = 中間証明書（{ $issuer }）が送られていない
certificate-not-a-ca = 発行権限のない { $subject } が発行
certificate-issuer-expired = 発行者がキャプチャの { $span }前に期限切れ（{ $subject }）
certificate-issuer-expired-on = 発行者が { $date } に期限切れ（キャプチャの { $span }前、{ $subject }）
certificate-issuer-not-yet-valid = 発行者の有効期間もまだ始まっていない（{ $subjects }）
certificate-issuer-purpose = 発行者がこの用途の証明書を発行できない（{ $subject }）
certificate-path-too-long = { $subject } が許す数を超える中間証明書
certificate-name-constraints = 発行者に許されていない名前を含む
certificate-name-written-otherwise = 発行者名の表記が異なる（{ $subject }）
certificate-same-name-other-key = 既知の { $subject } と同名で鍵の異なる発行者を名乗る

# ルート証明書の出どころ
origin-public = 公開ルート証明書
origin-licensing = 組み込みのルート証明書

# 接続をライセンス通信とみなす理由
because-named = オプションで指定
because-cslu = 接続元の CSLU をオプションで指定
because-proxy = プロキシをオプションで指定
because-all = すべての TLS 接続が対象
because-hello = Client Hello に名前がある
because-certificate = サーバの証明書に名前がある
because-connect = CONNECT 要求に名前がある
because-http-kind = ライセンス通信の形をした HTTP 要求
because-http = HTTP 要求に名前がある
because-dns = DNS がこの名前にこのアドレスを回答
because-profile = プロファイルにこのアドレスがある
because-question = { -device }がこの名前を問い合わせた
because-port = このポートの用途はほかにない

# 「応答なし」について判断できないこと
silence-direction = 応答が届いたかどうか（{ $host } 宛てのパケットがキャプチャに一つもなく、その方向が見えていない可能性がある）
silence-direction-arp = 応答が届いたかどうか（{ $host } 宛ての ARP 応答はキャプチャにあるが、IP パケットは一つもない。フィルタや別の経路のために見えていない可能性がある）
silence-clock = 無応答の長さ（キャプチャの時刻が疑わしい：{ $detail }）
silence-drops = キャプチャ側で破棄された { $drops } パケットに応答が含まれていたかどうか

# 見えた事実の背景
may-lie-behind = その背景にある事情（{ $clause }）

# 対処が効いたことの確認
verify-handshake = 次のハンドシェイクが完了する
verify-trust = 次の要求がサービスに受け入れられる
verify-response = 次の要求にサービスが応答する
