# 切り出し・検証・秘匿化・比較に関する文。

attested-chain = 証明書の署名が正しいかどうか。この切り出しファイルでは名前と鍵が仮名に置き換えられており、元の証明書チェーンの評価はファイル内の記録だけが根拠である

# 切り出しファイルのコメント
slice-section = { $verdict }（{ $id }）
    { $name } の { $frames } フレーム中 { $kept } フレームを tlswalk { $version } が切り出した。元のフレーム番号は各フレームのパケット ID（frame.packet_id）
slice-hash = 元のキャプチャの SHA-256：{ $sha256 }
slice-hash-keyed = アドレス、名前、シリアル番号、鍵、署名は仮名に置き換えてある。元のキャプチャの鍵付きハッシュ：{ $sha256 }
slice-options = 判定時のオプション：{ $options }
slice-frame = { $name } のフレーム { $frame }：{ $what } [{ $finding }、試行 { $attempt }]

# tlswalk verify:主張と、成り立たない理由
verify-counts = { $fails ->
    [0] { $unchecked ->
        [0] レポートの主張 { $holds } 件はすべて成り立つ
       *[other] レポートの主張 { $holds } 件が成り立ち、成り立たないものはない。{ $unchecked } 件はここでは確認できない
    }
   *[other] レポートの主張 { $fails } 件が成り立たない。{ $holds } 件は成り立ち、{ $unchecked } 件はここでは確認できない
}
verify-not-json = JSON のレポートではない：{ $error }
verify-several = 複数のレポートが含まれている。このキャプチャのものだけを別ファイルに取り出すこと（jq '.[0]'）
verify-no-schema = JSON だが tlswalk のレポートではない（"schema": "{ $ours }" がない）
verify-other-schema = スキーマ { $schema } のレポート。この版の tlswalk が確認できるのは { $ours }
verify-other-version = 別の版の tlswalk が書いたか、書き換えられている：{ $error }
verify-redacted = 秘匿化した切り出しファイルだが、レポートは元の名前とアドレスで書かれている。元のキャプチャで確認するか、この切り出しファイルから作ったレポートを確認すること
verify-other-key = 別のキャプチャの切り出しファイルか、レポートとは別の鍵で秘匿化されている
verify-report-redacted = レポートは秘匿化されている。同じ鍵で秘匿化した切り出しファイルで確認すること
verify-slice-incomplete = 切り出しファイルが欠けている。切り出し時の { $kept } フレームのうち { $frames } フレームしかない。切り出し直すこと
verify-report-of-slice = レポートは切り出しファイルについてのものだが、これは切り出しファイルではない。その切り出しファイルで確認すること
verify-other-hash = 別のキャプチャか、レポート作成後に変更されている。SHA-256 は { $found }、レポートでは { $expected }
verify-other-frames = 別のキャプチャか、レポート作成後に変更されている。{ $found } フレームあり、レポートでは { $expected } フレーム
verify-other-times = 別のキャプチャか、レポート作成後に変更されている。先頭と末尾のフレームの時刻が違う
claim-verdict = 最も深刻な試行の判定は { $id }
claim-attempts = 試行は { $count } 件
claim-attempt = 試行 { $attempt }、{ $device } から { $name }：{ $id }（{ $confidence }、{ $by }、{ $at }）
claim-course = { $device } は { $name } への接続を { $tries } 回試みた（{ $kind }）
claim-summary = 「{ $text }」
claim-evidence = { $finding }：フレーム { $frame }：{ $what }
claim-lookup = フレーム { $frame } は { $name } の DNS 問い合わせ
claim-connection = { $client } から { $server } への接続がフレーム { $frame } で始まる
claim-history = 接続の経過は { $history }
claim-step = フレーム { $frame }：{ $side ->
    [client] クライアント
   *[server] サーバ
}の { $step } { $detail }
claim-alert = フレーム { $frame }：{ $side ->
    [client] クライアント
   *[server] サーバ
}のアラート { $alert }
claim-certificate = 証明書 { $subject }、SHA-256 { $sha256 }
why-not-there = キャプチャに存在しない
why-not-evidence = そのフレームからはこの所見が得られない
why-instead = キャプチャの内容：{ $found }
why-other-words = フレームは根拠として合っている。文は別の版または別の言語で書かれている
why-not-step = そのフレームにそのステップはない
why-not-certificate = そのハッシュの証明書の内容が違う
why-not-in-slice = そのフレームは切り出しファイルに含まれていない
why-no-frame = キャプチャには { $frames } フレームしかない
why-other-version = 別の版の tlswalk が書いたレポートであり、同じ内容を書くのはその版だけである
why-counts-all = キャプチャの全フレームを数えた値であり、切り出しファイルにはその一部しかない
why-left-out = キャプチャにはあるが、レポートにはない
why-name = ファイル名は自由に付けられ、内容からは分からない
claim-file = キャプチャの名前は { $file }
claim-field = { $path } は { $value }
claim-no-connection = フレーム { $frame } で始まる { $client } から { $server } への接続はない
claim-rest-report = キャプチャ全体についての残りの記述：概要、対処、件数、試行の経過
claim-rest-attempt = 試行 { $attempt } についての残りの記述：所見、他の可能性、対処とコマンド、表示フィルタ
claim-rest-connection = 接続 { $connection } についての残りの記述：件数、時刻、ネゴシエーションの結果
claim-signed = { $file } は { $key } の持ち主が署名した内容のままである
why-no-signature = 署名ファイルがない：{ $file }
why-other-signature = 別の鍵による署名か、署名の後でファイルが変更されている
claim-counts = { $counts }
claim-version = tlswalk { $version } が書いた。この版は { $ours }
why-version = キャプチャからは分からない。この版で文や数え方が違うものは、確認できないものとして示す
claim-settings = 入力されていないオプションとその出どころ
why-settings = キャプチャからは分からない。オプション自体は同じものを使って確認した
value-none = なし
verify-part = 増え続けるキャプチャの途中のレポートである。キャプチャ全体のレポートを確認すること
verify-no-capture = キャプチャについてのレポートである。キャプチャを指定すること
verify-merged = --merge で { $count } 個のファイルから作られている。すべてを同じ順に指定すること
verify-made-with = { $option } { $name }（sha256 { $sha256 }）を使って作られている。同じものを指定すること
verify-made-with-profile-of = tlswalk { $version } のプロファイル { $name }（sha256 { $sha256 }）で作られているが、この版にはない。その版で確認すること
verify-made-without = { $given } なしで作られている。外して実行すること
verify-made-with-what = { $option } { $value } で作られたとあるが、tlswalk はそのような値を書かない

# tlswalk diff:コマンドラインの順に、キャプチャ 1、キャプチャ 2 と呼ぶ
diff-two-points = 同じ経路を 2 地点で採取したもの。両方に含まれる TCP 接続は { $flows } 本、共通のパケットは { $packets } 個
diff-clock = キャプチャ 2 の時計はキャプチャ 1 より { $offset } 進んでいる（負の値は遅れ）
diff-nearer = クライアントに近いのはキャプチャ { $nearer }。2 地点間の片道は { $transit }
diff-translated = 途中でアドレスかポートが変換されている。キャプチャ 1 の { $first } はキャプチャ 2 では { $second }
diff-order-unknown = どちらがクライアントに近いか。両地点で双方向に見えたパケットが少なすぎる
diff-too-many = キャプチャの先頭 150 万個より後のパケットについて
diff-outside = キャプチャ { $capture } のパケット { $count } 個の行方。もう一方のキャプチャはその時間帯を含まない
diff-lost = { $sender } から { $receiver } へのパケット { $count } 個が 2 地点の間で失われた。キャプチャ { $here } にあり（フレーム { $frames }）、キャプチャ { $there } にはない
diff-made = { $sender } を送信元とするパケット { $count } 個が 2 地点の間で生成されたか、キャプチャ { $there } が取りこぼした。キャプチャ { $here } だけにある（フレーム { $frames }）
diff-reset-made = { $sender } を送信元とする RST は 2 地点の間で生成された。キャプチャ { $here } にあり（フレーム { $frames }）、先に通るはずのキャプチャ { $there } にはない
diff-reset-lost = { $sender } から { $receiver } への RST が届いていない。キャプチャ { $here } にあり（フレーム { $frames }）、キャプチャ { $there } にはない
diff-reset-one-sided = { $sender } を送信元とする RST はキャプチャ { $here } だけにある（フレーム { $frames }）
diff-one-sided = { $sender } から { $receiver } へのパケット { $count } 個はキャプチャ { $here } だけにある（フレーム { $frames }）
diff-ttl = 。その TTL は { $ttl }、同じ送信元のほかのパケットでは { $usual }
diff-all-passed = 両方のキャプチャから見えるはずのパケットは、すべて両方にある
diff-two-stories = 2 つの試行を比べる。1 は { $first }、2 は { $second }。両方に共通する TCP 接続はない
diff-same-story = ステップも判定も同じ
diff-parts = 最初の { $count } ステップ（{ $before } まで）は同じ。その次が 1 では { $first }、2 では { $second }
diff-step = { $side ->
    [client] クライアント
   *[server] サーバ
}の { $step }（フレーム { $frame }）
diff-step-detail = { $side ->
    [client] クライアント
   *[server] サーバ
}の { $step } { $detail }（フレーム { $frame }）
diff-no-step = 何もない
diff-verdict = その結果、1：{ $first }。2：{ $second }
diff-value = { $what }：1 では { $first }、2 では { $second }
diff-no-value = なし
diff-what-by = 原因となった側
diff-what-at = 失敗した段階
diff-what-causes = 問題点
diff-what-confidence = 確度
diff-what-also = ほかに成り立つこと
diff-what-server-issuer = サーバ証明書の発行者
diff-what-client-issuer = クライアント証明書の発行者
diff-what-version = TLS のバージョン
diff-what-cipher = 暗号スイート
diff-what-group = 鍵交換
diff-what-alpn = アプリケーションプロトコル
diff-what-resumed = セッション再開
diff-what-attempts = キャプチャに含まれる試行
diff-unable = 2 つのキャプチャに共通する TCP 接続がなく、少なくとも一方には比べられる試行もない
redact-damage = そこで見つかった内容は、パケットの一部の可能性があるため省略
redact-blocks = 未知のタイプのブロックを読み飛ばした（パケットの一部の可能性があるため、タイプは省略）
redact-clock = 前のフレームより古いフレームがある
redact-link = 検証できない署名がある
