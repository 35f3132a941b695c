# ページ (HTML) とチケット (Markdown)。はじめに見出し、つぎに値をとる文。

page-skip = 判定へ移動
page-why = 根拠
page-do = 対処
page-expect = 期待される結果
page-not = 除外
page-or = 別の可能性
page-cannot-tell = ここでは確認できない
page-also = ほかに
page-walk = 経過
page-good = 正常例:
page-facts = 接続
page-certificates = 証明書
page-filters = Wireshark
page-filter-evidence = 根拠のフレーム
page-filter-attempt = 試行全体
page-overview = 概要
page-attempts = 試行
page-courses = 同じ装置が同じサービスに対して行った試行の経過
page-captures = キャプチャ
page-not-read = 読み取れない
page-capture = このキャプチャ
page-steps = すべての段階の表
page-details = 詳細
page-frame = フレーム
page-frames = フレーム
page-seconds = 秒
page-step = 段階
page-from = 送信元
page-detail = 内容
page-time = 時刻 (UTC)
page-to = 宛先
page-verdict = 判定
page-confidence = 確度
page-count = 件数
page-when = 時期
page-device = { -device }
page-server = サーバ
page-proxy = プロキシ
page-resolver = リゾルバ
page-transport = 方式
page-via = プロキシ
page-version = TLS バージョン
page-cipher = 暗号スイート
page-server-name = サーバ名
page-client-chain = { -device }から
page-server-chain = サーバから
page-self-signed = 自己署名
page-names = 名前
page-key = 鍵
page-signature = 署名
page-usages = 用途
page-serial = シリアル番号
page-issuer = 発行者
page-fingerprint = SHA-256
page-unreadable = 読み取れない
page-odd = 特記事項
page-holds = 内容
page-file = ファイル
page-made-by = キャプチャだけから作成:
page-copy-hint = コマンドやフィルターは一度クリックすると全体が選択される

# だれが、どこで
page-owner-device = { $who }で
page-owner-firewall = ファイアウォールで
page-owner-proxy = プロキシで
page-owner-server = サーバで
page-owner-capture = 次回のキャプチャで
page-transport-cssm = Cisco クラウド (CSSM)
page-transport-on-prem = SSM オンプレミス
page-transport-cslu = CSLU
page-transport-call-home = Call Home
page-transport-capwap = CAPWAP
page-transport-other = TLS サーバ
page-confidence-certain = 確実
page-confidence-likely = 有力
page-confidence-possible = 可能性あり

# シーケンス図
page-ladder-title = 試行 { $id }: { $device } と { $name } の経過
page-ladder-desc = 上から時刻順に { $count } 行。{ $end }
page-ladder-breaks = フレーム { $frame } で途切れる: { $what }
page-ladder-whole = 途切れていない
page-legend = 凡例
page-legend-observed = 読み取り
page-legend-encrypted = 暗号化 (存在のみ確認)
page-legend-inferred = 順序・大きさ・方向からの推定
page-legend-unseen = プロキシの先 (キャプチャ外)
page-legend-copied = 二重にキャプチャ
page-legend-hole = 欠落したバイト
page-legend-log = { -device }自身の記録
page-logs = { -device }自身の記録
page-line = 行
page-legend-broken = 途切れた箇所
page-connection = 接続 { $id }: { $client } → { $server }
page-pause = { $time } 経過
page-hole-not-captured = { $bytes } バイトがキャプチャされていない
page-hole-never-arrived = { $bytes } バイトが届いていない
page-hole-snap-length = { $bytes } バイトがスナップ長で切られた
page-hole-unknown = { $bytes } バイトが欠落
page-sent-again = { $count } 個のセグメントが再送された
page-sent-times = { $name } を { $count } 回送信
page-question = { $kind } { $name }?
page-no-answer = 応答なし
page-no-address = アドレスなし
page-more-rows = ほかに { $count } 段階を省略 (-f json で全件)
page-more = ほか { $count } 件

# 判定の行と概要
page-blame = { $confidence }、原因側: { $by }、段階: { $at }
page-where = { $confidence }、段階: { $at }
page-path = 経路上の機器
page-attempt = 試行 { $id }
page-attempts-counted = { $count } 件の試行
page-captures-counted = { $count } 個のキャプチャ
page-timeline = { $id }: { $total } 件中 { $count } 件、{ $time } の間
page-left-out = ページを小さく保つため、{ $count } 件の試行は詳細を省略した (-f json で全件)
page-rows-left-out = さらに { $count } 件の試行は件数のみ (-f json で全件)

# キャプチャ
page-frames-in = { $count } フレーム、{ $time }
page-complete = 完全
page-cut-short = 途中で切れている
page-damaged = 破損あり: フレーム { $frame } より後の番号は不確実
page-duplicates = { $count } フレームは同じパケットの複製
page-snap = { $count } セグメントがスナップ長で切られた
page-one-direction = 片方向の通信だけがキャプチャされた
page-drops = キャプチャ装置が { $count } パケットを取りこぼした
page-contents = TCP 接続 { $tcp } 本、うち TLS { $tls } 本
page-asked-for = 要求されたサーバ: { $names }
page-looked-up = 問い合わせた名前: { $names }

# 証明書
page-valid = { $from } から { $to } まで
page-current = キャプチャ時に有効
page-expired = キャプチャの { $days } 日前に期限切れ
page-not-yet-valid = 有効になるのはキャプチャの { $days } 日後
page-validity-unknown = 有効期間を読み取れない
page-bar = 有効期間 { $from } から { $to }、キャプチャ { $at }: { $state }

# 時間の長さ
page-span-minutes = { $minutes } 分 { $seconds } 秒
page-span-hours = { $hours } 時間 { $minutes } 分
