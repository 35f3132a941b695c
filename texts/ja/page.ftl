# ページ (HTML) とチケット (Markdown)。はじめに見出し、つぎに値をとる文。

page-skip = 判定へ移動
page-why = 根拠
page-do = 対処
page-expect = 完了の目安
page-not = 除外
page-or = 別の可能性
page-cannot-tell = このキャプチャでは確認できない
page-also = 併せて検出
page-walk = 経過
page-good = 正常なら：
page-facts = 接続
page-certificates = 証明書
page-filters = Wireshark
page-filter-evidence = 根拠のフレーム
page-filter-attempt = 試行全体
page-attempts = 試行
page-courses = 同じ機器が同じサービスに対して行った試行の経過
page-captures = キャプチャ
page-not-read = 読み取れない
page-capture = このキャプチャ
page-steps = すべてのステップの表
page-details = 詳細
page-frame = フレーム
page-frames = フレーム
page-seconds = 秒
page-minutes = 分:秒
page-hours = 時:分:秒
page-step = ステップ
page-from = 送信元
page-detail = 内容
page-time = 時刻（UTC）
page-to = 宛先
page-verdict = 判定
page-confidence = 確度
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
page-odd = 異常
page-holds = キャプチャの内容
page-file = ファイル
page-made-by = キャプチャのみから作成：
page-copy-hint = コマンドやフィルタを一度クリックすると全体が選択されます

# だれが、どこで
page-owner-device = { $who }で
page-owner-firewall = ファイアウォールで
page-owner-proxy = プロキシで
page-owner-server = サーバで
page-owner-capture = 次回のキャプチャで
page-transport-cssm = Cisco クラウド（CSSM）
page-transport-on-prem = SSM On-Prem
page-transport-cslu = CSLU
page-transport-call-home = Call Home
page-transport-capwap = CAPWAP
page-transport-other = TLS サーバ

# シーケンス図
page-ladder-title = 試行 { $id }：{ $device } と { $name } の経過
page-ladder-desc = 上から時刻順に { $count } 行。{ $end }
page-ladder-breaks = フレーム { $frame } で停止：{ $what }
page-ladder-whole = 失敗したステップはない
page-legend = 凡例
page-legend-observed = 読み取ったもの
page-legend-encrypted = 暗号化（存在のみ確認）
page-legend-inferred = 順序・サイズ・送信側から推定
page-legend-unseen = プロキシの先（キャプチャ外）
page-legend-copied = 二重にキャプチャ
page-legend-hole = 欠落したバイト
page-legend-log = { -device }自身の記録
page-logs = { -device }自身の記録
page-line = 行
page-legend-broken = 停止した箇所
page-connection = 接続 { $id }：{ $client } → { $server }
page-pause = { $time } 経過
page-hole-not-captured = { $bytes } バイトがキャプチャされていない
page-hole-never-arrived = { $bytes } バイトが届いていない
page-hole-snap-length = スナップ長により { $bytes } バイトが切り詰められている
page-hole-unknown = { $bytes } バイトが欠落
page-sent-again = { $count } 個のセグメントが再送された
page-sent-times = { $name } を { $count } 回送信
page-question = { $kind } { $name }?
page-no-answer = 応答なし
page-no-address = アドレスなし
page-more-rows = ほかに { $count } ステップを省略（-f json で全件）
page-more = ほか { $count } 件

# 判定の行と概要
page-blame = { $confidence }、原因側：{ $by }、段階：{ $at }
page-where = { $confidence }、段階：{ $at }
page-path = 経路上の機器
page-attempt = 試行 { $id }
page-attempts-counted = 試行 { $count } 件
page-captures-counted = キャプチャ { $count } 件、うち失敗 { $failed } 件
page-timeline = { $id }：{ $total } 件中 { $count } 件、{ $time } の間
page-left-out = ページを小さく保つため、{ $count } 件の試行は詳細を省略した（-f json で全件）
page-rows-left-out = さらに { $count } 件の試行は件数のみ（-f json で全件）

# キャプチャ
page-frames-in = { $count } フレーム、{ $time }
page-complete = ファイルは完全
page-cut-short = 途中で切れている
page-damaged = 破損あり：フレーム { $frame } より後の番号は不確か
page-duplicates = { $count } フレームは同じパケットの重複
page-snap = スナップ長により { $count } セグメントが切り詰められている
page-one-direction = 片方向の通信しかキャプチャされていない
page-drops = キャプチャした機器が { $count } パケットを破棄
page-contents = TCP 接続 { $tcp } 本、うち TLS { $tls } 本
page-asked-for = 接続先のサーバ名：{ $names }
page-looked-up = 名前解決された名前：{ $names }

# 証明書
page-valid = { $from } から { $to } まで
page-current = キャプチャ時に有効
page-expired = キャプチャの { $days } 日前に期限切れ
page-not-yet-valid = 有効になるのはキャプチャの { $days } 日後
page-validity-unknown = 有効期間を読み取れない
page-bar = 有効期間 { $from } から { $to }、キャプチャ { $at }：{ $state }

