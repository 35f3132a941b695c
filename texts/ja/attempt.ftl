# 複数の試行をまとめて述べる文: 経過と周期、ライセンス通信のないキャプチャからわかること、再キャプチャの手順、正常時の流れ。

# 再キャプチャの手順。$hints は以下の節の 1 つまたは組み合わせ。
recapture = 双方向を対象に、パケット全体をもう一度キャプチャしてください：{ $hints }
recapture-start = { -device }が試行する前に開始し、成功または失敗するまで停止しないでください
recapture-whole = 「limit packet-len」は設定しません（0 のまま）。パケット全体が記録されます
recapture-files = 一つに収まらない分はファイルセットに記録します
recapture-wait = 通信を発生させずに定期レポートを待つ場合は「{ $buffer }」を使います
recapture-both = { $one }。{ $other }
recapture-web = または Web UI の Troubleshooting > Packet Capture > Add で { $interface } を選択し、Monitor Control Plane をオン、Buffer Size を 100 MB、Limit by を 3600 secs にしてください。Start を押してから、CLI で「{ $trigger }」を実行します
recapture-expect = 新しいキャプチャが名前解決または SYN で始まり、FIN または RST で終わること。tlswalk で試行全体を確認できる
recapture-expect-datagrams = 新しいキャプチャが最初の Client Hello より前に始まり、最後のパケットの後も 1 分続くこと。tlswalk で試行全体を確認できる

# ライセンス通信のないキャプチャからわかること。
quiet-others-name = プロファイルにない { $names } への TLS 接続がある。お使いの SSM On-Prem、CSLU、プロキシであれば、--on-prem { $name }、--cslu、--proxy のいずれかを付けて tlswalk を再実行してください
quiet-short = キャプチャ時間は { $watched }で、レポート間隔（{ $cycle }）の { $percent } % にあたる。この長さで通信がないのは異常ではない
quiet-long = キャプチャ時間は { $watched }で、レポート間隔（{ $cycle }）より長い。この経路でレポートする{ -device }であれば、通信が見えるはずである
quiet-moment = 数秒
quiet-by-option = --wlc で指定
quiet-by-capwap = アクセスポイントと CAPWAP で通信
quiet-seen = { -device } { $address } を確認（{ $why }）：送信した CAPWAP { $capwap } パケット、送信した TCP セグメント { $sent } 個、開始した接続 { $opened } 本
quiet-unseen = { $address }（--wlc で指定）が送受信するパケットは 1 つも観測されていない。別のインターフェイスで取得したか、フィルタで除外されている
quiet-lookups = DNS への問い合わせは { $count } 回あったが、ライセンスサービスの名前は一度も問い合わせていない：{ $names }
quiet-no-lookups = キャプチャ中、{ $address } は DNS に何も問い合わせていない
quiet-unknown = { -device }を特定できない。観測されたかどうかを確認するには、--wlc でアドレスを指定する
quiet-look = 使用するサービス、最後にレポートした時刻、次回レポートの予定を確認してください
quiet-look-expect = 「Upcoming license report time」に合わせて次のキャプチャを計画できる

# 1 台の装置が 1 つのサービスに対して行った複数の試行のまとめ。
course-unclear = 試行 { $tries } 回。ここから結論は出せない
course-steady = 試行 { $tries } 回。失敗はない
course-constant = 継続：{ $failed } 回の試行がすべて同じ形で失敗
course-changing = { $failed } 回の試行が { $kinds } 通りの形で失敗。障害が次々に現れている
course-cured = 解消：{ $failed } 回失敗した後、成功に転じている
course-broke = 悪化：最初は成功していたが、その後の { $failed } 回はキャプチャの最後まで失敗
course-flapping = 不安定：失敗 { $failed } 回と成功 { $worked } 回が交互に発生

# 経過の各行。
story-try = { $summary } [{ $verdict }]
story-same = { $count } 回：{ $summary } [{ $verdict }]
story-again = { $verdict }
story-same-again = { $verdict }（{ $count } 回）
story-after = { $pause }後
story-report = { $pause }後、定期レポート
story-retry = { $pause }後、再試行
story-poll = { $pause }後、結果の照会
story-left-out = この間の { $count } 回の試行は省略（JSON レポートに全件）
story-works-since = { $failed } 回失敗した後、{ $time } UTC から成功している
story-fails-since = { $worked } 回成功した後、{ $time } UTC から失敗している
story-fails-in-turn = 断続的に失敗している（{ $tries } 回中 { $failed } 回失敗）
story-turned = { $turn }：{ $summary }
story-shown = 上に示したのは { $number } 回目の試行

# 正常な試行との最初の相違点。
baseline-client = { -device }からの { $step }
baseline-server = サーバからの { $step }
baseline-proxy-answer = プロキシの応答
baseline-proxy = トンネルの開通を示すプロキシの応答（200）
baseline-after = フレーム { $frame }（{ $after }）に続いて{ $expected }。{ $consequence }
baseline-begin = 最初のステップは{ $expected }。{ $consequence }
baseline-resolve = DNS サーバからのアドレスに続いて{ $expected }。{ $consequence }
baseline-not-connected = これがないため接続が確立せず、レポートは送信されない
baseline-not-secured = これがないためハンドシェイクが完了せず、レポートは送信されない
baseline-not-answered = これがないため、{ -device }はレポートを未送達とみなす

# ルール: 名前は解決されたが、接続が開始されていない。
no-connection = { $device } は { $name } のアドレス { $address } を得たが、その後 { $seconds } の間、接続を開始していない
no-connection-asks = { $server } に { $name } を問い合わせ
no-connection-answer = { $server } が { $address } と応答
no-connection-visible = { $device } の別の接続。サービスへの接続があれば、このキャプチャに現れるはずである
no-connection-other-path = 接続が名前解決とは別のインターフェイスや送信元アドレスから出ている可能性がある。このキャプチャではその一方しか見えない
no-connection-look-up-only = { $device } の問い合わせは接続を目的としない可能性がある（ping、監視システム、他装置のためのリゾルバなど）
no-connection-do = { -device }の送信元アドレス、経路、接続先の設定を確認してください（{ $device } は名前を問い合わせただけです）

# ルール: DNS の現在の応答にないアドレス。
dns-stale-address = { $device } は応答のない { $used } に接続しようとしているが、DNS によれば現在の { $name } は { $now } である
dns-stale-address-answer = { $server } は { $name } に対して { $now } と応答
dns-stale-address-used = { $used } への接続を試行。このキャプチャのどの応答にもないアドレスである
dns-stale-address-static = { $used } は設定（ip host または URL 内のアドレス）に書かれているか、キャプチャ開始前の応答で得た可能性がある
dns-stale-address-do = { -device }から { $used } の情報を消去し、{ $name } を再度名前解決させてください。静的エントリがあれば削除します

# ルール: HTTP は成功したが、ライセンスの応答が拒否を示している。
licensing-refused = { $service } には到達し HTTP { $status } の応答を得たが、ライセンスの応答は { $code } である
licensing-refused-code = 応答に含まれるライセンスのステータスは { $code }
licensing-refused-message = 理由：{ $message }
licensing-refused-reached = 応答が届いているため、ネットワーク、プロキシ、HTTP に問題はない
licensing-refused-do = 応答全体（{ $code }）を確認し、理由に応じて対処してください。製品インスタンスが理由であれば、ライセンスサーバからそのインスタンスを削除し、{ -device }に再同期させます

# ルール: DNS への問い合わせに ICMP が返っている。
dns-refused-by-icmp = { $server } への問い合わせに { $from } が ICMP で応答：{ $kind }
dns-refused = { $name } の問い合わせに { $from } が ICMP で応答した：{ $kind }

# ルール: 観測した名前を埋め込んだ対処。
url-unknown = URL を修正してください（{ $server } のサービスに { $target } はありません）
proxy-other-way = または、ファイアウォールが { $device } から { $target } への通信を許可していれば、{ $proxy } を経由せずに直接接続してください
proxy-cslu = または、認証プロキシに対応した CSLU を経由してください
log-of-device = その後{ -device }に再試行させ、{ $name } に関するログを確認してください
log-of-device-expect = ログに理由が記録されている、または次の試行が成功する

# ルール: プロキシに直接 TLS で接続。
not-tls-proxy = { $device } は HTTP プロキシ { $proxy } に直接 TLS で接続しており、プロキシは平文 HTTP の { $status } で応答した：プロキシは先に CONNECT を要求する
not-tls-proxy-software = 応答のソフトウェア名は { $software }
not-tls-proxy-or = { $proxy } が、TLS を想定していない透過プロキシとして本来のサーバの代わりに応答した可能性もある
not-tls-proxy-do = { $proxy } はサーバではなくプロキシとして設定してください

# ストーリーと正常例の見出し
text-good-label = 正常なら：
story-place = フレーム { $frame }  { $time }
story-shows = フレーム { $frame }：{ $what }

# ルール：再送されていない問い合わせ
dns-asked-once = 応答が届いたがキャプチャされなかったのかどうか（{ $server } から応答がなければ{ -device }は再度問い合わせるが、この問い合わせは 1 回だけである）

# 通信の各段階について、名前のほかに言えること。通信中の文字列はそのまま示す。
step-encrypted-alert = 暗号化
step-heartbeat-request = 要求、ペイロード { $named } バイト（レコード { $len } バイト）
step-heartbeat-response = 応答、{ $len } バイト
step-malformed = 形式が不正
step-sslv2-format = SSLv2 形式
step-asks-for = { $group } を要求
step-acceptable-issuers = 受け入れる発行者 { $count } 件
step-handshake-type = ハンドシェイクの種別 { $number }
step-missing = うち { $bytes } バイトはキャプチャにない
step-unread = 長すぎるため、うち { $bytes } バイトは読み取っていない
step-no-certificate = 空（提示する証明書がない）
step-unreadable-certificate = 読み取り不能：{ $why }
step-early-data = 早期データ（early data）
step-encrypted = 暗号化された { $bytes } バイト
step-with-messages-before = 先行するメッセージと同じレコード
step-with-other-messages = ほかのメッセージと同じレコード
step-certificate-by-size = サイズから見て Certificate

# 証明書を読み取れない理由
unreadable-empty = 空である
unreadable-short = 宣言された { $declared } バイトのうち { $len } バイトしかない
unreadable-element = { $at } バイト目からの{ $element }を読み取れない
unreadable-rest = 公開鍵より後ろ（拡張または署名）を読み取れない
element-outer = 外側の SEQUENCE
element-inner = 内側の SEQUENCE
element-version = バージョン
element-serial-number = シリアル番号
element-signature-algorithm = 署名アルゴリズム
element-issuer = 発行者
element-validity = 有効期間
element-subject = サブジェクト
element-public-key = 公開鍵
