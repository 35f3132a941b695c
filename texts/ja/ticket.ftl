# 他の担当へのチケット（--for）：同じ事実をその担当の言葉で、そのまま貼り付けられる形にしたもの。

ticket-team-firewall = ファイアウォール担当
ticket-team-pki = PKI 担当
ticket-team-proxy = プロキシ担当
ticket-team-server = サーバ担当
ticket-team-support = サポート
ticket-subject = { $team }：{ $device } から { $name } への TLS 接続が確立しない
ticket-subject-dns = { $team }：{ $device } が { $name } を名前解決できない
ticket-subject-connect = { $team }：{ $device } が { $name } に接続できない
ticket-subject-answer = { $team }：{ $device } が { $name } から正常な応答を得られない
ticket-subject-fault = { $team }：{ $device } から { $name } への TLS 接続に問題がある
ticket-subject-nothing = { $team }：このキャプチャに失敗はなく、依頼することはない

ticket-what = 何が起きたか
ticket-began = 開始：{ $time }（フレーム { $frame }）
ticket-again = 同じことがほかに { $count } 回：{ $times }

ticket-connection = 接続
ticket-asks = DNS { $device } → { $resolver }、{ $name } の問い合わせ、{ $time }
ticket-translated = アドレス変換後の同じ接続：{ $client } → { $server }（フレーム { $frame }）
ticket-not-translated = アドレスはキャプチャした地点のもの。このキャプチャにアドレス変換は見えない。{ $device } が変換される場合は、内側アドレス { $client } でセッションを探す
ticket-name = 名前：{ $name }
ticket-proxy = プロキシ { $proxy } を経由

ticket-look = ログで確認すること
ticket-look-firewall-dns = この時刻の { $device } から { $server } への UDP／TCP ポート 53：拒否または破棄されたか
ticket-look-firewall-tcp = この時刻の { $client } から { $server } への { $transport }：拒否、破棄、リセットされていないか。サーバからの応答が戻りの経路で破棄されていないか
ticket-look-firewall-tls = この時刻のセッション { $client } → { $server }：ファイアウォールが送ったリセット、TLS インスペクション（復号）、URL／アプリケーション制御
ticket-look-pki-unseen = { $name } と { $device } が使う証明書（このキャプチャでは読めない）：発行者、有効期間、失効の有無、更新の有無
ticket-look-pki = 下記の証明書（シリアル番号）：発行者、失効の有無、更新の有無
ticket-look-proxy = この時刻の { $device } から { $name } への要求：ステータス、ユーザ、カテゴリ、TLS インスペクションの有無
ticket-look-server-dns = { $server }：この時刻の { $device } からの { $name } の問い合わせ：届いたか、フォワードしたか、何と応答したか
ticket-look-server-tcp = { $server }：この時刻にサービスが待ち受けていたか。{ $client } からのパケットが届いたか（アドレスは変換されている可能性がある）
ticket-look-server-tls = { $server }：この時刻の { $client } からの接続の TLS エラー（アドレスは変換されている可能性がある）：どのアラートを送信または受信したか、その理由
ticket-look-server-http = { $server }：この時刻の { $client } からの要求（アドレスは変換されている可能性がある）：ステータス、所要時間、エラー
ticket-look-support = この時刻の前後の { $device } のログと、{ $server } のサービス側の記録
ticket-proves-firewall = 裏付けるもの：このセッションを拒否、破棄、リセット、復号した記録
ticket-disproves-firewall = 否定するもの：このセッションをインスペクションなしで許可し、両方向にデータが流れ、ファイアウォール以外が終了させた記録
ticket-proves-pki = 裏付けるもの：上記の問題と一致する期限、失効、発行者
ticket-disproves-pki = 否定するもの：証明書が有効で失効しておらず、拒否した側に必要な証明書チェーンがそろっている
ticket-proves-proxy = 裏付けるもの：拒否、要認証、サーバ側での失敗、インスペクションの記録
ticket-disproves-proxy = 否定するもの：記録がない（通信がプロキシを通っていない）、またはインスペクションなしでトンネルが開いた記録
ticket-proves-server = 裏付けるもの：この接続について理由を示すログ
ticket-disproves-server = 否定するもの：ログが有効なのに記録がない。その場合、接続はこのサーバに届いておらず、途中の機器が応答している
ticket-proves-support = 裏付けるもの：同じ理由を示す、この時刻の機器のメッセージ
ticket-disproves-support = 否定するもの：この時刻に機器が成功または別の理由を報告している

ticket-change = 依頼する変更
ticket-no-change = なし。何を変更すべきかはキャプチャから分からないため、上記のログを確認してください
ticket-no-change-others = キャプチャから分かる限り、変更の依頼はありません（対応する箇所：{ $owners }）。上記のログを確認してください
ticket-done-when = 完了の目安：{ $verify }

ticket-certificates = 証明書
ticket-no-certificate = このキャプチャで読める証明書はない（TLS 1.3 の暗号化、またはキャプチャされていない）
ticket-certificate = { $side }から：{ $subject }、発行者 { $issuer }、シリアル番号 { $serial }、有効期間 { $from } から { $until }、SHA-256 { $sha256 }

ticket-frames = 根拠（フレーム番号は Wireshark と同じ）
ticket-evidence = フレーム { $frame }：{ $what }
ticket-with = { $what }（{ $beside }）
ticket-open = 未確定の事項
ticket-or = 別の可能性：{ $name }：{ $what }
ticket-excluded = 除外：{ $name }：{ $what }
ticket-hidden = このキャプチャでは確認できない：{ $what }
ticket-footer = { $file }（{ $frames } フレーム）を tlswalk { $version } が判定
