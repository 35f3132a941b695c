# テキスト形式のレポート：見出し語、キャプチャの行、各段階、表の見出し。

text-semicolon = 。
text-named = { $id }：{ $text }
text-named-frames = { $id }：{ $text }（フレーム { $frames }）

# 見出しと行頭の語
text-fix = 対処：{ $owner }
text-next = 次の手順：{ $owner }
text-next-capture = 次回のキャプチャ
text-colon = ：
text-done-when = 完了の目安：{ $verify }
text-evidence = 根拠
text-also = 併せて検出：
text-ruled-out = 除外：
text-could-be = 別の可能性：
text-not-visible = このキャプチャでは確認できない：
text-where = 停止した箇所
text-walk = 各段階
text-all-attempts = すべての試行
text-odd = 異常：
text-holds-label = キャプチャの内容

# ライセンス通信を含まないキャプチャにある、ほかの接続
others-failed = このキャプチャにライセンス通信はない。{ $all ->
    [1] 唯一の TLS 接続が失敗している
   *[other] TLS 接続 { $all } 本のうち { $failed } 本が失敗している（全件の表示：--all --profile default）
}
others-unresolved = このキャプチャにはライセンス通信も TLS 接続もない。{ $all ->
    [1] 名前解決に失敗した名前がある
   *[other] 名前解決に失敗した名前が { $failed } 件ある
}
others-not-failed = TLS 接続 { $all } 本に失敗は見られない（詳細：--all --profile default）

# キャプチャ
text-frames = { $grouped } フレーム
text-frames-in = { $grouped } フレーム（{ $span }）
text-raw-ip = IP のみ
text-loopback = ループバック
text-complete = ファイルは完全
text-cut-short = 途中で切れている
text-cut-short-because = 途中で切れている（{ $detail }）
text-damaged = フレーム { $after } の後で破損、{ $lost } バイト喪失（以降のフレーム番号は不確か）
text-copies = { $frames } フレームは同じパケットの重複
text-snap-length = スナップ長により { $segments } セグメントが切り詰められている
text-one-direction = 片方向の通信しかキャプチャされていない
text-drops = キャプチャした機器が { $packets } パケットを破棄
note-not-judged = 保持できる数を超えたため、接続と名前解決 { $shown } 件を判定していない
note-left-out = 一覧に載せず件数のみ示す試行が { $shown } 件ある（{ $verdicts }）
note-log-cut = 機器のテキスト { $file } を最後まで読み取れていない（{ $detail }）
text-holds-none = TCP 接続なし
text-holds-one-without = TCP 接続 1 本、TLS なし
text-holds-one-with = TCP 接続 1 本、TLS あり
text-holds-without = TCP 接続 { $tcp } 本、いずれも TLS なし
text-holds = TCP 接続 { $tcp } 本、うち TLS { $tls } 本
text-holds-dtls = UDP 上の DTLS の試行 { $count } 件
text-holds-quic = QUIC の試行 { $count } 件
text-holds-capwap-data = DTLS 内の CAPWAP データ { $shown } パケット
text-holds-servers = 接続先のサーバ名：{ $names }
text-holds-names = 名前解決された名前：{ $names }
text-odd-frame = フレーム { $frame }、{ $id }：{ $text }
text-odd-more = ほか { $count } 件（-v で表示）

# 試行
confidence-certain = 確実
confidence-likely = 有力
confidence-possible = 可能性あり
party-unknown = 不明
text-licensing-failed = ライセンス通信失敗：{ $summary }
text-join-failed = アクセスポイントが join できなかった：{ $summary }
text-service-cssm = CSSM
text-service-on-prem = SSM On-Prem
text-service-cslu = CSLU
text-service-call-home = Call Home（旧サービス）
text-route-proxy-service = { $ends }、プロキシ { $proxy } 経由、宛先 { $service }
text-route-proxy = { $ends }、プロキシ { $proxy } 経由
text-route-direct = { $ends }、直接接続、宛先 { $service }
text-route-opened = { $ends }、CSLU からの接続
text-route-service = { $ends }、宛先 { $service }
text-route-tunnel = { $route }、{ $tunnel } 内
text-route-version = { $route }、{ $version }
text-route-quic = { $route }、QUIC
text-route-time = { $route }、{ $time } UTC
text-tries = { $tries } 本の接続で試行。以下はフレーム { $frame } からの { $server } への接続
text-on-device = { $who }
text-on-firewall = ファイアウォール
text-on-proxy = プロキシ
text-on-server = サーバ
text-holds-too = これにも該当
text-wireshark = Wireshark
text-details = 詳細
text-for-others = 共有用
text-explained = 解説
text-settings = 設定
text-same-verbose = 同じコマンドに -v を付けて実行

# 各段階
text-legend = ~ 暗号化されているため、順序・サイズ・送信側から推定
text-phase-connect = 接続
text-phase-discovery = Discovery
text-phase-join = Join
text-phase-proxy = プロキシ
text-phase-report = レポート
text-phase-data = データ
text-phase-close = 終了
text-plain-http = なし（平文 HTTP の通信）
text-never-tried = 試行なし
text-never-begun = 開始なし
text-never-sent = 送信なし
text-not-passed-on = 転送されず
text-not-in-capture = キャプチャにない
text-not-seen = 確認できない
text-no-answer = 応答なし
text-nothing-more = 以降の通信なし
text-ended-nothing = 以降の通信なし
text-then-reset = { $who }から RST（フレーム { $frame }）
text-ended-reset = { $who }からの RST（フレーム { $frame }）で終了
text-then-fin = { $who }から FIN（フレーム { $frame }）
text-ended-fin = { $who }からの FIN（フレーム { $frame }）で終了
text-device = { -device }
text-alert = アラート
step-alert = { $level ->
    [fatal] 致命的アラート
    [warning] 警告アラート
   *[other] アラート（{ $level }）
}「{ $description }」
text-alert-encrypted = アラート（暗号化）
text-answer = 応答
text-http-request = HTTP 要求
text-http-response = HTTP 応答
text-request-not-captured = 要求はキャプチャにない
text-request-no-answer = { $request }、応答なし
text-records = （{ $records } レコード、{ $bytes } バイト）
text-lookup = { $kind }：問い合わせ { $question }（{ $server } 宛て）
text-lookup-name = { $kind } { $name }：問い合わせ { $question }（{ $server } 宛て）
text-lookup-answer = { $asked }、応答 { $frame }：{ $answer }
text-lookup-no-address = { $asked }、応答 { $frame }：アドレスなし
text-lookup-no-answer = { $asked }、応答なし
text-lookup-more = ほか { $count } 件

# 表
text-frame = フレーム
text-frames-head = フレーム
text-from = 送信側
text-to = 宛先
text-from-to = 送信元 → 宛先
text-verdict = 判定
text-confidence = 確度
text-certificate = 証明書
text-valid = 有効期間（UTC）
text-valid-from = { $day } から
text-expired = 期限切れ
text-not-yet-valid = 有効期間前
text-not-readable = 読み取り不能
text-self-signed = 自己署名
text-issued-by = 発行者 { $issuer }
text-for = 名前 { $value }
text-key = 鍵 { $value }
text-signed-with = 署名 { $value }
text-for-use-as = 用途 { $value }
text-serial = シリアル番号 { $value }
text-sha256 = SHA-256 { $value }
text-step = ステップ
text-seconds = 秒
text-connection = 接続 { $id }：{ $client } → { $server }
text-traffic = { -device }から { $client-frames } フレーム { $client-bytes } バイト、サーバから { $server-frames } フレーム { $server-bytes } バイト、再送 { $retransmissions }、重複 { $copies }
text-gap = フレーム { $frame } の前で{ $who }の { $bytes } バイトが欠落（{ $cause }）
text-sni = SNI { $value }
text-cipher-suite = 暗号スイート { $value }
text-group = グループ { $value }
text-alpn = ALPN { $value }
text-offered = 提示されたバージョン { $value }
text-accepted = 受け入れ可能なクライアント証明書の発行者 { $value }

# 説明に示す、判定が正しかった割合
explain-earned = 判定が正しかった割合
explain-earned-word = { $word }：正解の分かっている { $cases } 件のうち { $right } 件
explain-earned-cases = 一件は、真の原因が分かっているキャプチャに対する一つの判定（記録したサンプル、サンプルを破損させたもの、生成したキャプチャ、現場の障害の再現）。破損させたキャプチャでは、残ったフレームが別の原因に見える場合も誤りに数える

# tlswalk explain
explain-topics = 判定以外のトピック

# Client Hello から推定したクライアント
text-looks-like = クライアント：{ $because }
stack-openssl = Client Hello は OpenSSL（1.1.0 以降）のものと推定される（拡張の順序による）
stack-node = Client Hello は Node.js のものと推定される（暗号スイートと、OpenSSL と同じ拡張の順序による）
stack-gnutls = Client Hello は GnuTLS のものと推定される（拡張と署名アルゴリズムの順序による）
stack-nss = Client Hello は NSS（Firefox）のものと推定される（拡張と署名アルゴリズムの順序による）
stack-java = Client Hello は Java（JSSE）のものと推定される（拡張と署名アルゴリズムの順序による）
stack-go = Client Hello は Go の crypto/tls のものと推定される（拡張の順序による）
stack-chromium = Client Hello は Chromium またはその派生ブラウザのものと推定される（拡張と GREASE による）
stack-schannel = Client Hello は Windows（Schannel）のものと推定される（暗号スイートと拡張の順序による）

# 出典を確認していないコマンド
remedy-unread = { $action }（実機でも文書でも確認していないコマンド：{ $commands }）
