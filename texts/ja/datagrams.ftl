# データグラムと、無線コントローラに参加するアクセスポイント。

# datagrams: nobody answers
datagrams-no-answer = { $service } は{ $who }の Client Hello に応答しなかった（{ $span }間に { $times } 回送信）
datagrams-no-answer-discovery = { $service } は{ $who }の Discovery Request に応答しなかった（{ $span }間に { $times } 回送信）
datagrams-no-answer-after-discovery = { $service } は{ $who }の Discovery Request には応答したが、Client Hello には応答しなかった（{ $span }間に { $times } 回送信）
datagrams-discovery-answered = Discovery Response
datagrams-key-summary = { $service } は、事前共有鍵を証明する最初のメッセージである{ $who }の Finished に応答しない：鍵が異なる場合、サーバはこれを黙って破棄する
datagrams-key-or-lost = キャプチャ地点より先でパケットが失われた可能性もある（ここで見えるフレームは同じになる）
datagrams-key-do = { $who }の PSK の ID と鍵が、{ $server } の知るものと一致するか比較してください
datagrams-cannot-tell-where = データグラムがどこで失われたか（確認応答がないため、相手側でのキャプチャでなければ分からない）
datagrams-listen = { $server } で応答するサービスがあるか、何も送信せずにクライアントを拒否していないかを確認してください
datagrams-allow = { $device } と { $server } の間の UDP を双方向で許可してください
datagrams-allow-capwap = { $device } と { $server } の間の UDP 5246 番と 5247 番ポートを双方向で許可してください

# datagrams: the handshake stops
datagrams-fragments-lost = { $who }の { $count } 個のデータグラムの IP フラグメントが届かなかった
datagrams-flight-lost = { $who }が応答済みのメッセージを{ $other }が再送しているため、その応答は届いていない
datagrams-flight-unheard = { $who }はそのフライトを { $span }間に { $times } 回再送したが、{ $other }からは何も届いていない
datagrams-torn-open = { $who }のデータグラム。先頭だけが届いた（残りの IP フラグメントがない）
datagrams-torn = { $who }のデータグラム。{ $missing } バイトが届かなかった（残りの IP フラグメントがない）
datagrams-repeated = { $who }がフライトを再送（フレーム { $first } から { $times } 回）
datagrams-repeated-doubling = { $who }がフライトを再送（フレーム { $first } から { $times } 回）。間隔は { $shortest } から { $longest } に延びており、DTLS のタイマーの動作である
datagrams-cannot-tell-size = サイズが原因かどうか（データグラムが届いていない側の最大のデータグラムは { $largest } バイト）
datagrams-let-fragments-pass = { $client } と { $server } の間で UDP をすべての IP フラグメントとともに許可するか、データグラムを小さくしてください（フラグメントを破棄するファイアウォール、トンネル、ポリサーで起こる症状です）
datagrams-let-large-pass = { $client } と { $server } の間で UDP をすべての IP フラグメントとともに許可するか（データグラムは最大 { $largest } バイト）、データグラムを小さくしてください（大きなパケットを破棄するファイアウォール、トンネル、ポリサーで起こる症状です）
datagrams-let-pass = キャプチャした地点より先で、{ $from } から { $to } への UDP を破棄しているものを探してください（セッションを認識していないフィルタやアドレス変換、損失のあるリンクなど）

# silence behind a certificate
silent-refusal-summary-server = { $service } は{ $who }の証明書（{ $clauses }）の後、何も送信していない。アラートを送らずに証明書を拒否する実装がある
silent-refusal-summary-client = { $who }は{ $service } の証明書（{ $clauses }）の後、何も送信していない。アラートを送らずに証明書を拒否する実装がある
silent-refusal-silent = { $span }後の最後のパケット。フライトは { $times } 回再送されたが、{ $who }からは何も届いていない
silent-refusal-cannot-tell = { $who }が証明書を拒否したかどうか（何も送信しないため、{ $who }のログでしか分からない）
silent-refusal-or-lost = フライトが相手に届いていない可能性もある（相手側でのキャプチャで分かる）

# access points that join
join-expired = 該当するアクセスポイントを使い続ける間は、製造元の期限切れ証明書をコントローラで許可するか、アクセスポイントを交換してください（アクセスポイントの証明書は { $span }前に期限が切れています）
join-not-yet-valid = コントローラの時計が正しいかを確認してください（アクセスポイントの証明書が有効になるのは { $span }後です）
join-self-signed = コントローラのアクセスポイント一覧で許可するか、製造元の証明書を使わせてください（アクセスポイントは自己署名証明書を提示しています）
join-issuer-unknown = アクセスポイントの証明書を発行した認証局をコントローラが信頼しているか、アクセスポイント一覧で許可されているかを確認してください
join-issuer-local = アクセスポイントがこの証明書を提示すべきかを確認してください（発行者は { $issuer }）。自社の認証局（ローカルで有効な証明書、LSC）であればコントローラにその認証局を信頼させ、そうでなければ製造元の証明書を使わせてください
join-look-at-access-point = アクセスポイントのコンソールで、証明書とコントローラに関するログを確認してください
join-controller-expired = アクセスポイント用の有効な証明書をコントローラに設定してください（現在の証明書は { $span }前に期限が切れています）
join-controller-not-yet-valid = コントローラとアクセスポイントの時計が正しいかを確認してください（コントローラの証明書が有効になるのは { $span }後です）
join-controller-issuer = コントローラがアクセスポイントに提示する証明書とその発行者を確認してください
join-controller-reload = コントローラが自身の証明書を提示していない場合は、証明書を読み込み直してください
join-cannot-tell-roots = アクセスポイントがどの認証局を信頼しているか（機種とソフトウェアによる）
join-data-unanswered = { $who }は UDP 5246 番ポートで{ $service } に到達したが、UDP 5247 番ポートのデータチャネルには応答がない（{ $span }間に { $times } パケット）
join-data-first = データチャネル（UDP 5247 番ポート）の最初のパケット
join-data-last = { $times } 個のうち最後のもの。何も返っていない
join-data-allow = { $device } と { $server } の間の UDP 5247 番ポート（データチャネル）を双方向で許可してください（5246 番は既に通過しています）
join-refused-summary = { $service } と{ $who }の DTLS ハンドシェイクは完了したが、その { $span }後、暗号化された { $count } レコードの後にセッションが終了した。コントローラが join を拒否した可能性が高い
join-refused-finished = ハンドシェイクは完了
join-refused-end = { $who }が暗号化されたアラートでセッションを終了
join-refused-cannot-tell = Join Response の内容（暗号化されている）
join-refused-or-restart = 新しいソフトウェアをロードする、またはより適したコントローラを見つけたアクセスポイントも、同じようにセッションを終了する
join-refused-do = コントローラが拒否した理由を確認してください（アクセスポイント一覧、国コード、アクセスポイント数の上限、この機種に対応するソフトウェア）
because-capwap = アクセスポイントがこれと CAPWAP で通信している

# QUIC
quic-version-summary = { $service } は、{ $who }が求める QUIC のバージョン（{ $asked }）に対応していない。示されたバージョン：{ $offers }
quic-versions = バージョン { $list }
quic-no-versions = 実在するバージョンなし
quic-version-asked = QUIC バージョン { $asked } のパケットの Client Hello
quic-version-list = Version Negotiation。サーバが示したバージョン：{ $offers }
quic-version-cannot-tell = { $who }が、示された別のバージョンに対応しているかどうか（通信を続けていない）
quic-version-or = この一覧は保護されていないため、パケットを見られる第三者が送った可能性もある
quic-version-do = { $server } で QUIC バージョン { $asked } を有効にするか、クライアントに TCP を使わせてください
quic-closed-summary-server = { $service } が QUIC ハンドシェイクを終了した：{ $what }（{ $error }）
quic-closed-summary-client = { $who }が{ $service } との QUIC ハンドシェイクを終了した：{ $what }（{ $error }）
quic-closed-with = { $who }が接続を終了：{ $error }
quic-closed-with-reason = { $who }が接続を終了：{ $error }、理由の文言：{ $reason }
quic-closed-cannot-tell = その理由（QUIC が伝えるのは番号だけである）
quic-closed-log = { $who }のログで理由を確認してください
quic-ended-summary = { $service } が{ $who }の Finished の直後、応答する代わりに QUIC 接続を終了した可能性が高い。理由は暗号化されている
quic-ended-finished = { $who }の Finished（位置から判断）。パケットが短く、証明書は入っていない
quic-ended-last = サーバの最後のパケット。接続の終了と同じ程度に短く、クライアントはその後データを送らない
quic-ended-or-certificate = サーバが{ $who }の証明書を要求した可能性がある（パケットのサイズから見て、証明書は送られていない）
quic-ended-or-close = サーバがアプリケーションの理由で終了した可能性がある（サーバのログで分かる）
quic-ended-cannot-tell = どのエラーか（QUIC はハンドシェイクの最初のメッセージより後を暗号化する。どちらかの側の qlog、またはクライアントのキーログを使った Wireshark で分かる）
quic-error-refused = 現在、新しい接続を受け付けていない
quic-error-protocol = 相手側が QUIC の規則に違反したと報告している
quic-error-token = Retry のトークンが、渡したものと異なる
quic-error-path = 両者の間に、十分に大きなパケットを通す経路がない
quic-error-versions = ハンドシェイクの中で示されたバージョンが、外側のものと合わない
quic-error-application = アプリケーションが終了した
quic-error-other = TLS のアラートではない
quic-then-tcp = { $who }は代わりに { $server } への TCP を試みた
quic-then-tcp-complete = { $who }は { $server } への TCP で通信を続け、そのハンドシェイクは完了した
quic-then-tcp-unanswered = { $who }は代わりに { $server } への TCP を試みたが、これにも応答がなかった
