# 各ルールが述べる文。RULES の順に、ルールごとに一節。複数のルールに共通の文は common.ftl にある。

# dns-no-response
dns-no-response-summary = DNS サーバが{ $who }からの { $name } の問い合わせに一度も応答していない
dns-no-response-over-tcp = { $name } の応答が UDP に収まらず、{ $who }は { $server } に TCP で問い合わせることもできない：名前が解決できない
dns-no-response-truncated = 応答は切り詰められている（TC ビット）
dns-no-response-tcp-silent = 最後の SYN。{ $span }間、何も届いていない
dns-no-response-allow-tcp = { $device } から { $server } への UDP に加えて TCP の 53 番ポートを許可するか、リゾルバが返すレコードを減らしてください
dns-no-response-asks = { $server } に { $name } を問い合わせ
dns-no-response-last-question = { $count } 回の問い合わせの最後（{ $frames }）。その後も応答なし
dns-no-response-cannot-tell = 問い合わせが途中で失われたのか、サーバが停止しているのか（キャプチャから分かるのは、ここに応答が届いていないことだけ）
dns-no-response-configure = 応答する DNS サーバを設定してください（{ $servers } は応答していません）
dns-no-response-allow = { $device } から { $server } への DNS（UDP と TCP の 53 番ポート）を許可してください
dns-port-unreachable-do = { $server } で、DNS サービスを起動するか、{ $device } からの問い合わせを受け付けるようにしてください（ファイアウォールがこのアドレスでエラーを送った可能性もあります）
dns-no-name-server = ネームサーバが設定されていない。{ $who }はブロードキャストアドレスに { $name } を問い合わせており、応答する相手がいない
dns-no-name-server-asks = ブロードキャストアドレス { $server } に { $name } を問い合わせている。合計 { $count } 回
dns-no-name-server-or = ネームサーバは、ライセンス通信で使う VRF とは別の VRF に設定されている可能性もある
dns-no-name-server-do = { $who }がこのサービスに使う VRF でネームサーバを設定してください
dns-no-name-server-or-unused = 別のインターフェースにはネームサーバが設定されている可能性もある
dns-no-name-server-set = { $who }にネームサーバを設定してください

# dns-error
dns-error-summary = DNS サーバが { $name } に { $status } と応答した：{ $meaning }
dns-error-no-data = 名前は存在するが、問い合わせた種類のアドレスがない
dns-error-no-data-do = その種類のアドレスレコードがない理由（フィルタ、同名の独自ゾーン）を確認し、追加してください
dns-error-servfail = サーバ自身が正しい応答を得られなかった
dns-error-servfail-do = サーバからインターネットへの経路、フォワーダ、この名前の DNSSEC 検証の失敗がないかを確認してください
dns-error-nxdomain = 名前が存在しないという応答
dns-error-nxdomain-do = パブリックな名前を解決できるようにしてください（フォワーダ、スプリットホライズンのゾーン、フィルタリスト）
dns-error-nxdomain-any = 名前に誤りがなければ、そのゾーンにアドレスレコードを追加するか、ゾーンを知るサーバへ問い合わせるようにしてください（フォワーダ、スプリットホライズンのゾーン、フィルタリスト）
dns-error-nxdomain-own = 自組織の名前なので、アドレスレコードを追加するか、自ドメインの DNS サーバに問い合わせてください
dns-error-refused = このクライアントからの問い合わせに応じないか、問い合わせ先を持たない
dns-error-refused-do = { -device }のアドレスに再帰問い合わせを許可し、問い合わせ先（フォワーダ、ルートヒント）が設定されているか確認してください
dns-error-failed = 応答できなかった
dns-error-failed-do = ログを確認してください
dns-error-asks = { $server } に { $name } を問い合わせ（{ $kind }）
dns-error-answers = { $server } が { $status } と応答
dns-error-on-server = { $server }：{ $what }
dns-error-other-server = または、{ $name } を解決できる DNS サーバを{ $who }に設定してください
dns-error-no-data-status = アドレスなし

# dns-unexpected-address
dns-unexpected-address-summary = DNS サーバが { $name } に{ $kind } { $address } を回答した：ライセンスサービスのアドレスではない
dns-unexpected-address-asks = { $server } に { $name } を問い合わせ
dns-unexpected-address-answers = { $server } が { $address } と応答
dns-unexpected-address-private-path = 意図されたアドレスの可能性もある。サービスを代理する社内ゲートウェイなら、TLS で応答するはずである
dns-unexpected-address-rewritten = 経路上のフィルタが応答を書き換えた可能性がある（DNS サーバのログで送信内容が分かる）
dns-unexpected-address-on-server = { $server } で、{ $name } の上書き設定またはブロックリストの項目を削除してください（シンクホールはこのようなアドレスを返します）
dns-unexpected-address-block-page = { $product } のブロックページ
dns-unexpected-address-unspecified = 未指定アドレス
dns-unexpected-address-loopback = ループバックアドレス
dns-unexpected-address-private = プライベートアドレス
dns-unexpected-address-link-local = リンクローカルアドレス
dns-unexpected-address-no-host = ホストに割り当てられないアドレス
dns-unexpected-address-shared = キャリアグレード NAT のアドレス
dns-unexpected-address-unique-local = プライベート（ユニークローカル）アドレス
dns-unexpected-address-connects = そのアドレスに接続
dns-unexpected-address-tries = そのアドレスへの接続を試みて失敗

# icmp-blocked
icmp-blocked-summary-server = { $target } への接続に、サーバのアドレスから ICMP が返った：{ $kind }
icmp-blocked-summary-other = { $target } への接続に、{ $from } が ICMP で応答した：{ $kind }
icmp-blocked-allow = { $from } で、{ $device } から{ $target } への TCP { $port } 番ポートを許可してください（ファイアウォールが対応していれば名前で指定）
icmp-blocked-mtu = { $from } は { $mtu } バイト以下のパケットを求めていますが、送信側はより大きなパケットを送り続けています。この ICMP メッセージが送信側に届くようにするか（途中でフィルタされている可能性があります）、{ -device }の TCP MSS を { $mss } に小さくしてください
icmp-blocked-port = { $from } で、サービスが稼働し { $port } 番ポートで待ち受けていることを確認してください。待ち受けている場合は、フィルタがそのアドレスでエラーを送っています
icmp-blocked-route = { $ip } が起動し、接続されているかを確認してください。そうであれば、{ $from } で { $ip } への経路を復旧してください
icmp-blocked-tries = { $client } が接続を試みる
icmp-blocked-quotes = { $from }：{ $kind }。この接続のパケットを引用
icmp-blocked-or-filter = ファイアウォールがサーバのアドレスでこのエラーを送った可能性がある（そのログで分かる）

# tcp-refused
tcp-refused-summary = { $service } への接続が拒否された：SYN に RST が返っている
tcp-refused-answer = { $span }後に RST で応答、{ $field } { $ttl }
tcp-refused-near = { $field } { $ttl } はこのリンク上の送信元の値で、アドレスはパブリックなもの：{ -device }の近くの機器（ファイアウォール、ゲートウェイ、仮想ネットワーク）が代わりに応答した
tcp-refused-firewall = ファイアウォールがサーバの代わりに応答した可能性がある（サーバの他のパケットの{ $field }との比較と、ファイアウォールのログで分かる）
tcp-refused-listen = { $ip } で、サービスが稼働し { $port } 番ポートで待ち受けていることを確認してください
tcp-refused-proxy = または、プロキシの設定を修正してください（{ -device }には { $server } が設定されています）
tcp-refused-url = または、URL を修正してください（{ -device }には { $port } 番ポートが設定されています）
tcp-refused-allow-first = { $device } から { $ip } への TCP { $port } を許可してください（公開サービスのアドレスから返る RST は、通常ファイアウォールによるものです）
tcp-refused-allow = または、ファイアウォールが拒否している場合は、{ $device } から { $ip } への TCP { $port } を許可してください

# tcp-no-response
tcp-no-response-summary = { $who }から{ $target } への接続に応答がない：{ $span }間に SYN { $tries } 回、応答は一切なし
tcp-no-response-last = 最後の再送（間隔：{ $steps }）
tcp-no-response-tried = 先に { $server } への接続を試みて失敗
tcp-no-response-cannot-tell = パケットを破棄したのがどこか（往路のファイアウォール、復路のファイアウォール、サーバのいずれか。ファイアウォールの反対側でキャプチャすれば分かる）
tcp-no-response-allow = { $device } から { $name } への TCP { $port } 番ポートを許可してください。アドレスは変わるため、ファイアウォールが対応していれば名前で指定します
tcp-no-response-interface = 送信元アドレスと経路を確認してください

# proxy-authentication-required
proxy-authentication-required-any = 認証
proxy-authentication-required-scheme = 認証（{ $scheme }）
proxy-authentication-required-summary = プロキシ { $proxy } が{ $demand }を要求したが、{ $who }は認証情報を送っていない
proxy-authentication-required-summary-socks = SOCKS プロキシ { $proxy } は、{ $who }が提示した認証方式のどれも受け入れない
proxy-authentication-required-summary-refused = プロキシ { $proxy } が{ $demand }を要求し、そのために{ $who }が送ったものを受け入れなかった
proxy-authentication-required-summary-met = プロキシ { $proxy } がまず{ $demand }を要求し、{ $who }は再接続して成功した
proxy-authentication-required-met = クライアントが同じプロキシ経由で再度接続し、そのハンドシェイクは完了している
proxy-authentication-required-socks-do = { $device } が認証なしでプロキシを使えるようにするか、プロキシが知っているユーザ名とパスワードを{ -device }に設定してください
proxy-authentication-required-exempt = { $device } が認証なしで { $target } に到達できるようにするか、プロキシが求める認証情報を{ -device }に設定してください

# proxy-refused
proxy-refused-summary = プロキシ { $proxy } が CONNECT に { $status } { $reason } と応答した：{ $meaning }
proxy-refused-summary-forward = プロキシ { $proxy } が要求に対して自ら { $status } { $reason } と応答した：{ $meaning }
proxy-refused-summary-socks = SOCKS プロキシ { $proxy } が { $target } へのトンネルを開かなかった：{ $reply }。{ $meaning }
proxy-refused-socks-network = 宛先への経路がない
proxy-refused-socks-host = 名前を解決できないか、ホストに到達できなかった
proxy-refused-socks-refused = 宛先がプロキシからの接続を拒否した
proxy-refused-forbidden = 宛先がルールで許可されていない
proxy-refused-forbidden-do = { $device } から { $target } への CONNECT を許可してください
proxy-refused-unreachable = プロキシ自身のエラーを示す応答である
proxy-refused-bad-gateway = 宛先から正しい応答を得られなかった
proxy-refused-timeout = 宛先から時間内に応答を得られなかった
proxy-refused-unreachable-do = プロキシのログで { $target } への通信を確認してください（プロキシ側の DNS、経路、ファイアウォール、宛先の応答のどれに失敗したか）
proxy-refused-other = トンネルが開かれない
proxy-refused-other-forward = 要求が転送されない
proxy-refused-other-do = プロキシのログで { $device } と { $target } を確認してください
proxy-refused-cannot-tell = このプロキシの先に別のプロキシがあるかどうか（応答のソフトウェア名：{ $server }）

# proxy-no-response
proxy-no-response-asks = CONNECT 要求
proxy-no-response-asks-socks = SOCKS 要求
proxy-no-response-summary = プロキシ { $proxy } が { $asks }に一度も応答していない
proxy-no-response-closed-summary = プロキシ { $proxy } が { $asks }に応答せずに接続を閉じた
proxy-no-response-closed = プロキシが何も送らずに閉じている
proxy-no-response-closed-unanswered = プロキシがこれに応答せずに閉じている
proxy-no-response-log-nameless = プロキシのログで { $device } を確認してください（特定のクライアントだけが許可されている可能性があります）
proxy-no-response-closed-log = プロキシのログで { $device } と { $target } を確認してください。{ -device }または宛先が規則で許可されていない場合や、プロキシ自身の障害の場合、プロキシは応答せずに接続を閉じます
proxy-no-response-acknowledged = 最後のパケット。要求は確認応答済み
proxy-no-response-unacknowledged = 最後のパケット。要求は確認応答すらされていない
proxy-no-response-log = プロキシのログで { $device } と { $target } を確認してください（プロキシ自身の名前解決か、宛先の応答を待っている可能性があります）

# not-tls
not-tls-summary = { $target } が Client Hello に平文 HTTP（{ $status } { $reason }）で応答した：{ $who }
not-tls-summary-redirect = { $target } が Client Hello に平文 HTTP（{ $status } { $reason }、{ $location } へリダイレクト）で応答した：{ $who }
not-tls-summary-bytes = { $target } からのデータは TLS で始まっていない：先頭のバイトは{ $bytes }
not-tls-summary-like-record = { $target } が Client Hello に対し、TLS レコードではないバイトで応答した：{ $bytes }
not-tls-summary-echo = { $target } が Client Hello に同じ Client Hello で応答した：待ち受けているプログラムが、受信データをそのまま返している
not-tls-echo = サーバからの Client Hello、乱数はクライアントのものと同じ
not-tls-second-hello = サーバからの Client Hello
not-tls-or-returned = 経路上のリレーなどがパケットを送信元に送り返している可能性もある
not-tls-no-client = サーバのない 2 つのクライアントなら、異なる乱数を送る
not-tls-or-broken = 先頭がレコードに似ているため、TLS サーバの出力が壊れている可能性もある
not-tls-or-damaged = テキストでも TLS レコードでもないが、出力が壊れた TLS サーバもこのようなバイトを送りうる
not-tls-summary-two-clients = 双方が Client Hello を送った：{ $target } のホストも TLS クライアントとして始めたため、どちらもサーバになっていない
not-tls-one-server = どちらか一方を TLS サーバにしてください
not-tls-summary-before = { $target } は Client Hello が送られる前に平文 HTTP（{ $status } { $reason }）で応答した：先に送られた{ $spoken }を拒否している
not-tls-summary-before-any = { $target } は、クライアントが何も送らないうちに平文 HTTP（{ $status } { $reason }）で応答した：経路上の何かが先に送ったもの（PROXY プロトコルのヘッダなど）を拒否している
not-tls-before-or = サーバが別の理由で接続を拒否した可能性もある（サーバのログで分かる）
not-tls-before-cannot-tell = そのサーバが TLS に対応しているかどうか（Client Hello が届く前に応答している）
not-tls-before-agree = { $server } への接続で最初に送る内容を両側で合わせてください（ロードバランサが PROXY プロトコルのヘッダを送る場合、サーバ側でも proxy_protocol の設定が必要です）
not-tls-misconfigured = サーバ自身がリダイレクトしている可能性もある（ファイアウォールまたはプロキシのログで分かる）
not-tls-exempt = { $device } にブロックページを返すポリシーから { $name } を除外してください
not-tls-block-page = ファイアウォールまたはプロキシがサーバの代わりに応答している可能性もある（それぞれのログで分かる）
not-tls-enable = { $ip } の { $port } 番ポートで TLS を有効にするか、{ -device }に正しいポートを設定してください
not-tls-vendors = TLS で通信するはずのサービスに代わって { $server } で応答しているホストを調べてください（URL のポート、DNS で得られるアドレス、途中のファイアウォールやプロキシのログ）
not-tls-bytes = サーバの先頭のバイト：{ $bytes }
not-tls-summary-said = { $target } が Client Hello に平文で応答した：{ $line }
not-tls-said = 平文（hello は届いている）：{ $line }
not-tls-said-do = { $server } の応答の内容に従い、そのログを確認してください（その前に TLS に同意しています）
not-tls-listen = { $server } で待ち受けているサービスを確認し、{ -device }に正しいポートを設定してください
not-tls-http = HTTP { $status } { $reason }
not-tls-http-redirect = HTTP { $status } { $reason }、{ $location } へリダイレクト
not-tls-somewhere = 経路上の何かが代わりに応答している
not-tls-product = 代わりに { $product } が応答している
not-tls-there = そのサーバは TLS に対応していない

# version-mismatch
version-mismatch-summary-client = { $service } が選んだ TLS { $chosen } を{ $who }が受け入れない
version-mismatch-summary-client-gave-up = { $service } と共通の TLS バージョンがないため、{ $who }が中止した
version-mismatch-summary-fallback = { $service } が{ $who }の古いバージョン（{ $offer }）での再試行を拒否した：より新しいバージョンに対応しているため
version-mismatch-summary-server = { $who }が提示した TLS バージョン（{ $offer }）を{ $service } がどれも受け入れない
version-mismatch-offers = Client Hello の提示：{ $offer }
version-mismatch-fallback = 古いバージョンでの再試行であることを示す値（TLS_FALLBACK_SCSV）が Client Hello にある。最初の試行が失敗した理由の確認が必要
version-mismatch-chooses = Server Hello の選択：TLS { $version }
version-mismatch-cannot-tell = サーバが受け入れるバージョン（サーバは示していない）
version-mismatch-newer = { -device }で TLS { $newest } より新しいバージョンを使えるようにしてください
version-mismatch-older = または、許容できるのであれば、サーバで古いバージョンを許可してください
version-mismatch-first-try = より新しいバージョンでの、{ -device }の直前の試行が失敗した理由を確認してください（このアラートは 2 回目の試行に対する応答にすぎません）
ssl2-summary = { $service } は、RFC 6176 で禁止され現在のどの TLS ライブラリも受け入れない SSL 2.0 を選んだ
ssl2-summary-used = { $who }と{ $service } は、RFC 6176 で禁止され現在のどの TLS ライブラリも受け入れない SSL 2.0 を使った。そのレコードは読み取り対象外
ssl2-offer = Client Hello、提示した最新のバージョンは { $newest }
ssl2-chosen = SSL 2.0 の Server Hello
ssl2-cannot-tell = hello の後に双方が送った内容（SSL 2.0 のレコードは読み取り対象外であり、キャプチャを取り直しても同じ結果になる）
version-mismatch-upgrade = { $server } のサーバをアップグレードするか、TLS 1.2 以降を有効にしてください
version-mismatch-offer = TLS { $versions }
version-mismatch-offer-cut = キャプチャに含まれないバージョン
version-mismatch-draft = クライアントが提示している TLS 1.3 は草案の版です。正式版の TLS 1.3 を提示するようにしてください
version-mismatch-newer-than-now = { -device }でより新しい TLS バージョンを使えるようにしてください
version-mismatch-offer-only = TLS { $newest } のみ
version-mismatch-server-newest = { $server } で TLS 1.3 を有効にしてください（{ -device }はそれより古いものを提示していません）
version-mismatch-client-older = または、{ $who }が TLS 1.2 も提示するようにしてください
version-mismatch-offer-newest = 最大 TLS { $newest }

# cipher-mismatch
cipher-mismatch-summary-misses = { $service } が必要とするものが{ $who }の Client Hello にない
cipher-mismatch-summary-offer = { $who }が提示した暗号スイート、グループ、署名アルゴリズムに、{ $service } が受け入れるものがない
cipher-mismatch-summary-groups = { $who }が提示したグループ、署名アルゴリズムの中に、{ $service } が受け入れるものがない
cipher-mismatch-summary-choice = { $service } が選んだ暗号スイートを{ $who }が受け入れない
cipher-mismatch-chooses = Server Hello の選択：{ $choice }
cipher-mismatch-or-version = { $service } が提示された TLS バージョンのいずれにも対応していない可能性もある。その場合も handshake_failure を返すサーバがある
cipher-mismatch-policy = handshake_failure は他の理由（その名前の証明書がない、ポリシー）でも送られる（サーバのログで分かる）
cipher-mismatch-cannot-tell = 相手側が受け入れるもの（相手側は示していない）
cipher-mismatch-update = { $whose }の TLS ソフトウェアを更新するか、制限している設定を外してください（根拠を参照）
cipher-mismatch-signatures = 提示された署名アルゴリズム（{ $list }）のいずれかで署名できる証明書と鍵を { $server } に設定するか、{ $who }がより多くの署名アルゴリズムを提示するようにしてください
cipher-mismatch-suites = { -device }で使える暗号スイート、グループ、署名アルゴリズムを確認し、新しいものを許可してください
cipher-mismatch-broad = { $server } が受け入れる暗号スイート、グループ、署名アルゴリズムを確認し、{ -device }から提示してください（通常の新しいものは提示されています）
cipher-mismatch-few-groups = より多くのグループを{ -device }から提示してください（提示しているのは { $list } のみ）
cipher-mismatch-groups = { -device }で使えるグループと署名アルゴリズムを確認し、新しいものを許可してください
cipher-mismatch-allow = または、提示された暗号スイート、グループ、署名アルゴリズムのいずれかを { $server } で許可してください
cipher-mismatch-software-server = { $server } のサーバ
cipher-mismatch-software-client = { $who }

# negotiation
negotiation-suites = Client Hello の提示：暗号スイート { $count } 個（{ $list }）
negotiation-groups = グループの提示：{ $list }
negotiation-signatures = 署名アルゴリズムの提示：{ $list }
negotiation-acceptable = 同じサーバが別の接続で選んだ { $chosen } は、この Client Hello も提示している
negotiation-foreign-version = サーバは { $version } を選んだが、{ -device }が提示したのは { $offered } だけ
negotiation-foreign-suite = { -device }が提示していない暗号スイート { $suite } をサーバが選んだ
negotiation-foreign-group = { -device }が提示していないグループ { $group } をサーバが選んだ
negotiation-flaw-missing = TLS 1.3 に必須の拡張 { $extension } が Client Hello にない（RFC 9846 section 9.2）
negotiation-flaw-share = Client Hello のグループにない { $group } の鍵共有が含まれる
negotiation-flaw-no-suite = 提示したバージョンで使える暗号スイートが一つもない
negotiation-flaw-obsolete = 提示した暗号スイートがすべて現在では禁止されている（RFC 9325 section 4.1）。現行のサーバはすべて拒否する
negotiation-excluded = 同じサーバが別の Client Hello に対しては { $chosen } を選んだ。この Client Hello に提示がないもの：{ $lacking }
negotiation-nor = { $text }、{ $next }
negotiation-chosen = { $version }（{ $suite }）
negotiation-chosen-group = { $version }（{ $suite }、{ $group }）
negotiation-lacks-suite = その暗号スイート
negotiation-lacks-group = グループ { $group }
negotiation-lacks-key = { $key } 鍵に使える暗号スイート

# crl-fetch-failed
crl-fetch-failed-summary-alert = { $who }が { $host } から失効情報を取得できず、{ $alert }でハンドシェイクを打ち切った
crl-fetch-failed-summary-closed = { $who }が { $host } から失効情報を取得できず、接続を閉じた
crl-fetch-failed-summary-waiting = { $who }が { $host } から失効情報を取得できず、キャプチャの終わりでもハンドシェイクが取得待ちのままである
crl-fetch-failed-points = { $service } の証明書が示す失効情報の場所：{ $url }
crl-fetch-failed-sound = チェーン自体に問題はない（既知のルート証明書に至り、有効期間内で、名前も一致する）
crl-fetch-failed-unchecked = ルート証明書がないためチェーンを検証できない（--ca で指定できる）。有効期間と名前は正しい
crl-fetch-failed-off-on-prem = ポリシー上問題なければ、{ -device }の失効確認を無効にしてください（プライベート証明書に、到達できる失効情報があることはまれです）
crl-fetch-failed-allow = { $device } から { $host } への TCP { $port } 番ポート（HTTP）を許可してください
crl-fetch-failed-do-answers = { $host } で、{ $url } に { $status } が返る理由を調べてください（ファイルがないか、プロキシやフィルタが代わりに応答した可能性があります）
crl-fetch-failed-do-listen = { $host }（{ $server }）の Web サーバが動作し、そのポートで待ち受けているか確認してください。待ち受けている場合はファイアウォールがリセットしているので、{ $device } からの接続を許可してください
crl-fetch-failed-do-inspect = { $device } から { $host }（{ $server }）への HTTP 要求を通過させてください（接続には応答があり、要求には応答がありません）。ファイアウォールを通過している場合は、その Web サーバのログを確認してください
crl-fetch-failed-do-resolve = DNS サーバ { $resolver } で { $host } を解決できるようにしてください
crl-fetch-failed-do-allow-dns = { $device } から { $resolver } への DNS（UDP/TCP 53 番ポート）を許可してください
crl-fetch-failed-off = または、ポリシー上問題なければ、{ -device }の失効確認を無効にしてください
crl-fetch-failed-answers = { $host } の応答：{ $status } { $reason }
crl-fetch-failed-silent = { $host }（{ $server }）への SYN に応答なし
crl-fetch-failed-refused = { $host }（{ $server }）が接続を拒否
crl-fetch-failed-connects = { $host }（{ $server }）に接続したが応答なし
crl-fetch-failed-dns-answers = { $host } に対する DNS の応答：{ $status }
crl-fetch-failed-dns-silent = { $host } の問い合わせに DNS の応答なし

# interception-suspected
interception-suspected-summary = { $name } として提示された証明書は本来のサービスのものではない：{ $signer } が署名しており、{ $consequence }
interception-suspected-incomplete = ハンドシェイクは完了していない
interception-suspected-summary-portal = { $name } として提示された証明書はキャプティブポータルのもの（{ $signer }）。{ $consequence }
interception-suspected-authority = 認証局 { $issuer }
interception-suspected-product = { $product }、発行者名 { $issuer }
interception-suspected-other-names = 要求された名前とは別の名前の証明書である。そのアドレスで別のサーバまたはポータルが応答している可能性がある
interception-suspected-asks-client = クライアント証明書を要求している（フレーム { $frame }）。傍受装置は通常要求しないので、その名前を使うラボや自社のサービスの可能性がある。ルート証明書を --ca で指定すれば正規のチェーンとして扱われる
interception-suspected-private-service = その名前を使うラボや自社のサービスの可能性がある。ルート証明書を --ca で指定すれば正規のチェーンとして扱われる
interception-suspected-cannot-tell = どの製品か（発行者名は既知の製品のものではない）
interception-suspected-exempt = { $name } を TLS インスペクション（復号）の対象から除外してください。どのポリシーによるものかは、発行者 { $issuer } から分かります
interception-suspected-trust-root = または、インスペクションを行う認証局のルート証明書を{ -device }のトラストストアに入れてください
interception-suspected-second-best = 除外できない場合は、インスペクションを行う認証局のルート証明書を{ -device }のトラストストアに入れてください
interception-suspected-very-name = 証明書の名前は要求されたホストと完全に一致する：誤ってつながった別のサーバの証明書とは考えにくい
interception-suspected-copied = サブジェクトの組織は { $organization } だが、発行者の組織は異なる。サブジェクトは正規の証明書から写された可能性がある
interception-suspected-others = 同じ発行者がこのキャプチャで無関係な名前にも署名している：{ $names }
interception-suspected-times-to-live = SYN-ACK の{ $field }は { $ttl }、他のパケットの{ $field }は { $lowest }～{ $highest }：複数の機器が応答している
interception-suspected-near = SYN-ACK が { $milliseconds } ミリ秒以内に届いた：応答元は近くにある
interception-suspected-chain-self-signed = 自己署名
interception-suspected-chain-private-root = そのルート { $root } は既知のルート証明書にない
interception-suspected-chain-issuer-not-given = 発行者は提示されておらず、既知のルート証明書にもない
interception-suspected-chain-anchored = チェーンは正しいが、別の名前の証明書である
interception-suspected-chain-broken = チェーンが正しくつながらない
interception-suspected-refused = { $who }はそれを拒否した（{ $alert }）
interception-suspected-accepted-then = { $who }はそのまま続けたが、その後に相手側が{ $alert }を送った
interception-suspected-accepted = { $who }はそのまま通信を続けたため、通信はすべて途中で読み取り可能である
interception-suspected-continued = { $who }はそのまま通信を続けた（傍受であれば、通信はすべて途中で読み取り可能）
interception-suspected-unseen = { $who }がそれを受け入れたかどうかはキャプチャにない
interception-suspected-certificate = { $subject } の証明書、発行者 { $issuer }。{ $chain }
interception-suspected-too-long = 有効期間は { $days } 日（公開認証局に許される最長は { $longest } 日）{ $timestamps }
interception-suspected-fresh = キャプチャの { $span }前に発行、有効期間 { $days } 日{ $timestamps }
interception-suspected-older = 有効期間 { $days } 日、キャプチャの { $span }前に発行{ $timestamps }
interception-suspected-no-timestamps-no-address = 。公開証明書にあるはずの SCT（署名付き証明書タイムスタンプ）と発行者の URL がない
interception-suspected-no-timestamps = 。SCT（署名付き証明書タイムスタンプ）がない
interception-suspected-timestamps = 。SCT（署名付き証明書タイムスタンプ）がある

# server-certificate-rejected
server-certificate-rejected-summary-why = { $who }が{ $service } の証明書を拒否した（{ $alert }）：{ $subject } は{ $clauses }
server-certificate-rejected-summary-sound = { $who }が{ $service } の証明書を拒否した（{ $alert }）：証明書に問題は見られず、理由は{ $who }側にある（ルート証明書がない、時刻のずれ、証明書のピンニング、失効、ポリシー）
server-certificate-rejected-summary-unknown-ca = { $who }が{ $service } の証明書を拒否した（{ $alert }）：証明書に問題は見られず、{ $who }がその認証局を知らない
server-certificate-rejected-summary-accepted = { $who }が{ $service } の証明書を拒否した（{ $alert }）が、別の接続では同じ証明書を受け入れている：発行者が理由ではない
server-certificate-rejected-summary-uncaptured = { $who }が{ $service } の証明書を拒否した（{ $alert }）：証明書がキャプチャされておらず、問題点は確認できない
server-certificate-rejected-summary-unread = { $who }が{ $service } の証明書を拒否した（{ $alert }）：Certificate メッセージが読み取りの上限より長く、問題点は確認できない
server-certificate-rejected-summary-encrypted = { $who }が{ $service } の証明書を拒否した（{ $alert }）：TLS 1.3 では証明書が暗号化されるため、問題点は確認できない
server-certificate-rejected-chain = その証明書のチェーンは { $anchor }（{ $origin }）まで検証できる
server-certificate-rejected-genuine = チェーンは正規のもので、{ $anchor }（{ $origin }）まで検証できる
server-certificate-rejected-hello = Server Hello。以降の証明書は暗号化されている
server-certificate-rejected-hello-cut = Server Hello。このバージョンでは以降の証明書は平文だが、全体がキャプチャされていない（パケット全体のキャプチャが必要）
server-certificate-rejected-accepted = サーバが同じ証明書を提示した別のハンドシェイクを{ $who }が完了し、通信を続けている
server-certificate-rejected-compare = { $who }で 2 つの接続を比べてください（設定、要求した名前、ピンニングした証明書、ログ）
server-certificate-rejected-other-reasons = アラートはここで見える理由を示していない：{ $who }が別の証明書を固定している、ルート証明書を持たない、失効を検出した、ポリシーに従ったなどの可能性がある
server-certificate-rejected-client-clock = 時刻が { $from } から { $to } の範囲にない{ $who }も同じように拒否する
server-certificate-rejected-wrong-server = 別のホストがサーバの代わりに応答している可能性がある（キャプティブポータル、誤ったアドレス、TLS を傍受する機器）
server-certificate-rejected-chain-expired = { $server } が、期限の切れた { $subject } を含まず、現在のルートに至る中間証明書を含むチェーンを送るようにしてください。古いルートしか知らないクライアントではルート証明書を更新してください
server-certificate-rejected-staple = { $server } で OCSP ステープリングを有効にするか（nginx では ssl_stapling、Apache では SSLUseStapling）、must-staple 拡張のない証明書を設定してください
server-certificate-rejected-longer-key = より長い鍵（2048 ビット以上の RSA、または ECDSA P-256）の証明書を { $server } に設定してください（{ $subject } は { $key }）
server-certificate-rejected-sha-256 = SHA-256 で署名された証明書を { $server } に設定してください（{ $subject } の署名は { $algorithm }）
server-certificate-rejected-purpose = 鍵用途が TLS サーバ（serverAuth）を許可する証明書を { $server } に設定してください
server-certificate-rejected-may-not-issue = 証明書を発行できる認証局の証明書を { $server } に設定してください（{ $subject } は認証局ではありません：CA:FALSE、または keyCertSign のない鍵用途）
server-certificate-rejected-shorter-chain = 上位の中間証明書がより少ない証明書を { $server } に設定するか、{ $subject } をより大きいパス長で発行し直してください（今の数は許されていません）
server-certificate-rejected-issuer-purpose = TLS サーバ用の証明書を発行できる認証局の証明書を { $server } に設定してください（{ $subject } の拡張鍵用途が許可していません）
server-certificate-rejected-constrained = その名前の証明書を発行できる認証局の証明書を { $server } に設定してください（上位の認証局の名前制約が、これらの名前を除外しています）
server-certificate-rejected-not-authority = サーバ自身の証明書を { $server } に設定してください（送られているのは認証局の証明書です）
server-certificate-rejected-broken = 互いに対応する証明書を { $server } に設定してください（送られたチェーンは正しくつながっていません）
server-certificate-rejected-readable = 標準（RFC 5280）に従う証明書を { $server } に設定してください（送られた証明書の一部を読み取れません）
server-certificate-rejected-alternative-name = サブジェクト代替名に { $name } を持つ証明書を { $server } に設定してください（多くのクライアントはコモンネームをもう参照しません）
server-certificate-rejected-name-elsewhere = { $name } としてどのホストが応答しているかを確認してください（DNS のアドレス、ポータルや別のバーチャルホストが代わりに応答していないか）
server-certificate-rejected-cannot-tell-revocation = { $host } から失効情報が届いたかどうか
server-certificate-rejected-revocation = 失効情報を要求したが、その結果はキャプチャにない
server-certificate-rejected-cannot-tell-url = { -device }の URL の内容（サーバ名も名前解決もキャプチャにない）
server-certificate-rejected-slow-clock = 時刻が遅れていて証明書の有効期間前と判断した{ -device }も bad_certificate を送る
server-certificate-rejected-address = URL に IP アドレスを指定している場合は、代わりにホスト名を使ってください
server-certificate-rejected-cannot-tell-alert = どのアラートか（暗号化されており、サイズと位置から判断した）
server-certificate-rejected-cannot-tell-certificate = サーバの証明書（キャプチャされていない）
server-certificate-rejected-cannot-tell-unread = サーバの証明書（メッセージが読み取りの上限より長い）
server-certificate-rejected-resigned = 再署名された証明書も同じように拒否される
server-certificate-rejected-revocation-unknown = 証明書が示す失効情報の場所をここでは確認できない
server-certificate-rejected-cannot-tell-encrypted = サーバの証明書（TLS 1.3 では暗号化される。理由は普通、{ -device }のログで分かる）
server-certificate-rejected-resigned-encrypted = 再署名された証明書もここでは同じに見える。{ -device }のネットワークから openssl s_client を実行すれば署名者が分かる
server-certificate-rejected-by-address = { $names } の証明書であり、{ -device }が要求したと思われるアドレス { $ip } のものではない（Client Hello にサーバ名がなく、名前解決もない）
server-certificate-rejected-clock-and-trust = { -device }が証明書を信頼しない理由と、時刻が正しいかどうかを確認してください
server-certificate-rejected-revoked = { $server } の証明書が、アラートのとおり失効しているかどうかを（認証局の CRL か OCSP で）確認し、失効していれば新しい証明書に替えてください
server-certificate-rejected-kind = { -device }が使える証明書（鍵の種類、鍵用途、ポリシー）を { $server } に設定してください（アラートによると、この証明書には対応していません）
server-certificate-rejected-unknown-ca = { $server } の証明書の発行者を確認し、正しいサーバであれば、その認証局のルート証明書を{ -device }に入れてください（アラートによると、チェーンの認証局をどれも知りません）
server-certificate-rejected-dates = { -device }の時刻と { $server } の証明書の有効期間を比べてください（アラートによると、有効期間外です）
server-certificate-rejected-renew = { $server } の証明書を更新してください（キャプチャの { $span }前に期限が切れています）
server-certificate-rejected-not-yet = 現在有効な証明書を { $server } に設定してください（今の証明書が有効になるのはキャプチャの { $span }後です）
server-certificate-rejected-all-early = { -device }の時計と、キャプチャしたホストの時計を確認してください。キャプチャの時刻では証明書の上位の認証局までまだ有効ではないため、証明書の問題よりも時計の遅れが疑われます
server-certificate-rejected-capture-clock = キャプチャしたホストの時計が遅れている可能性がある（正しい時刻との比較で分かる）
server-certificate-rejected-name-issue = { $name } の証明書で、{ -device }が信頼する認証局につながるチェーンを持つものをサーバに設定してください
server-certificate-rejected-name-alone = { $name } の証明書をサーバに設定してください
server-certificate-rejected-name-unverified = サーバが正しいものだと分かっていれば、URL に別の名前を使うこともできます。この証明書の名前はコマンドには入れていません。チェーンが既知のルートにつながらないため、誰でも書ける名前です（ルートは --ca で指定できます）
server-certificate-rejected-name-no-host = または URL に別の名前を使ってください。この証明書の名前は、1 台のホスト名ではないため、コマンドには入れていません
server-certificate-rejected-name = URL に証明書の名前を使うか、{ $name } の証明書をサーバに設定してください
server-certificate-rejected-cannot-tell-intermediate = { -device }が信頼しているもの（その中間証明書を持っていて、ルート証明書がない可能性もある）
server-certificate-rejected-intermediate-elsewhere = 別の接続では、サーバがその発行者を中間認証局として提示している
server-certificate-rejected-intermediate = { $server } が中間証明書（{ $issuer }）も送るようにしてください
server-certificate-rejected-send-chain = 発行者の { $issuer } が中間認証局であれば、{ $server } がその証明書も送るようにしてください
server-certificate-rejected-clock = { -device }の時刻を合わせてください（{ -device }から見て証明書が有効期間外の可能性があります）
server-certificate-rejected-pool = { -device }のトラストストアを更新してください（このチェーンのルート証明書がない可能性があります）
server-certificate-rejected-cannot-tell-controller = { -device }が信頼しているものと、{ -device }の時刻（どちらも{ -device }の内部にある）
server-certificate-rejected-cannot-tell-roots = { -device }が信頼しているルート証明書（{ -device }の内部にある）
server-certificate-rejected-root-or-intermediate = 提示されていない { $issuer } が何か（{ -device }にないルート認証局か、サーバが送るべき中間認証局か）
server-certificate-rejected-import = サーバの証明書（またはその認証局）を{ -device }のトラストストアに入れてください
server-certificate-rejected-import-own = その認証局が自組織のものであれば、ルート証明書を{ -device }に登録してください
server-certificate-rejected-authority = { -device }が信頼する認証局の証明書を { $server } に設定するか、その認証局のルート証明書を{ -device }に設定してください
server-certificate-rejected-unreadable = 読み取れない証明書
server-certificate-rejected-certificate = サーバの証明書：{ $subject }
server-certificate-rejected-received = サーバの証明書：受信

# client-certificate-rejected
client-certificate-rejected-summary-missing = { $service } が証明書を要求したが、{ $who }は送らなかった
client-certificate-rejected-summary-empty = { $who }の最後のハンドシェイクメッセージの { $span }後に{ $service } が接続を終えた。サイズから見て、そのメッセージに証明書は含まれていない
client-certificate-rejected-summary-encrypted = { $who }の最後のハンドシェイクメッセージの { $span }後に、{ $service } がデータを送らずに接続を終えた。クライアント証明書を拒否するサーバの動作である
client-certificate-rejected-summary = { $service } が{ $who }の証明書を拒否した
client-certificate-rejected-summary-why = { $service } が{ $who }の証明書を拒否した：{ $clauses }
client-certificate-rejected-asks = サーバが証明書を要求
client-certificate-rejected-asks-for = 署名アルゴリズム { $schemes } を要求し、認証局を { $count } 件挙げている
client-certificate-rejected-cannot-tell-missing = { $who }に証明書がないのか、サーバの要求（鍵、署名アルゴリズム、発行者）に合わない証明書があるのか
client-certificate-rejected-certificate = { $who }の証明書：{ $subject }、発行者 { $issuer }
client-certificate-rejected-certificate-sound = { $who }の証明書：{ $subject }、発行者 { $issuer }。見える範囲に問題はない
client-certificate-rejected-certificate-unreadable = { $who }の証明書を読み取れない：{ $why }
client-certificate-rejected-certificate-empty = { $who }の Certificate メッセージが空
client-certificate-rejected-certificate-partial = { $who }の Certificate メッセージ（全体はキャプチャされていない）
client-certificate-rejected-alert-later = { $span }後にサーバからの{ $alert }
client-certificate-rejected-short-record = サーバからのアラートと同じ短さのレコード、その後に接続の終了：{ $alert }
client-certificate-rejected-size = { $who }からの { $bytes } バイトのレコード。証明書のない Certificate メッセージと同じ長さ
client-certificate-rejected-cannot-tell-revoked = 証明書が本当に失効しているかどうか（サーバは certificate_revoked と通知したが、失効リストはキャプチャにない）
client-certificate-rejected-cannot-tell-uncaptured = どの証明書が送られたか（キャプチャされていない）
client-certificate-rejected-cannot-tell-encrypted = どの証明書が送られ、なぜ拒否されたか（TLS 1.3 ではどちらも暗号化される。サーバのログで分かる）
client-certificate-rejected-cannot-tell-empty = サーバが何を伝えたか（アラートは暗号化されている。理由はサーバのログで分かる）
client-certificate-rejected-close = 応答する前に、別の理由でサーバが close_notify により接続を終えた可能性がある
client-certificate-rejected-other-alert = アラートは証明書に言及していない。空の証明書と同時に送られたメッセージが原因の可能性もある
client-certificate-rejected-cannot-tell-why = 拒否の理由（証明書の内容からは説明できない。サーバが受け入れる認証局の一覧による）
client-certificate-rejected-issuer-listed = サーバはその発行者を受け入れ可能な認証局として示しているため、未知の認証局ではない
client-certificate-rejected-revocation = 失効リストの確認が必要で、それを取得できないサーバも unknown_ca を送る
client-certificate-rejected-revocation-do = { $server } のログで理由を確認してください。サーバはこの証明書の発行者を受け入れる認証局として挙げています。失効確認を行っている場合は、サーバが失効リストを取得できることを確認してください
client-certificate-rejected-chain = サーバ自身のチェーンは { $anchor } まで検証できる
client-certificate-rejected-not-acceptable = サーバが示す { $count } 個の認証局に発行者 { $issuer } がない
client-certificate-rejected-key-kind = サーバが求めていない種類の鍵（{ $key }）
client-certificate-rejected-signature = 署名 { $scheme } がサーバの示す署名アルゴリズムにない
client-certificate-rejected-choose-missing = サーバが受け入れる証明書を{ -device }に設定してください（証明書が送られていません）
client-certificate-rejected-choose-self-signed = サーバが受け入れる証明書を{ -device }に設定してください（自己署名証明書が送られました）
client-certificate-rejected-choose = サーバが受け入れる証明書を{ -device }に設定してください
client-certificate-rejected-choose-renewed = 有効期間内の証明書を{ -device }に設定してください（送られた証明書は期限が切れています）
client-certificate-rejected-choose-purpose = 鍵用途が TLS クライアント（clientAuth）を許可する証明書を{ -device }に設定してください
client-certificate-rejected-trust = 証明書が正しい場合は、サーバがその発行者を信頼するように設定してください

# handshake-refused
handshake-refused-summary-client = { $who }が{ $service } とのハンドシェイクを{ $alert }で打ち切った
handshake-refused-summary-server = { $service } が{ $who }とのハンドシェイクを{ $alert }で打ち切った
handshake-refused-hello-nameless = Client Hello、サーバ名なし
handshake-refused-hello = Client Hello、サーバ名 { $name }
handshake-refused-hello-cut = Client Hello（キャプチャに全体は含まれない）
handshake-refused-unknown-name = URL の名前 { $name } が誤っていれば修正してください。正しければ、その名前を知らない { $server } につながる理由を調べてください（DNS、静的な登録、ロードバランサ）
handshake-refused-nameless = Client Hello にサーバ名がありません。URL にはアドレスではなくホスト名を使ってください
handshake-refused-or-nothing-in-common = 提示には多くのサーバが使うものが揃っているが、このサーバが許可する暗号スイート、グループ、署名アルゴリズムが一つもない可能性もある
renegotiation-summary = { $who }が{ $service } との接続の中で 2 回目のハンドシェイク（再ネゴシエーション）を始め、サーバはアラートで応答した
renegotiation-begun = 双方の Finished の後の、{ $who }の暗号化されたハンドシェイクメッセージ
renegotiation-alert = サーバの次のメッセージは暗号化されたアラート
renegotiation-or = アラートは、その時点でサーバが接続を終える close_notify の可能性もある（サーバのログで分かる）
renegotiation-do = { $who }に再ネゴシエーションをさせないか、{ $server } で許可してください（許可しないサーバが多く、TLS 1.3 に再ネゴシエーションはありません）
handshake-refused-cannot-tell = 理由（アラートからはこれ以上分からず、hello、鍵交換、証明書、提示されたプロトコルにも問題は見られない）
handshake-refused-log = { $who }のログを確認してください（{ $description } を送っています）
handshake-refused-because = { $summary }：{ $clause }
vendors-server = ベンダが運用するサーバ
vendors-case = このサーバを変更できるのはベンダだけです。ベンダのサポートにケースを開き、次を依頼してください：{ $action }
refusal-protocols = { $who }が提示するアプリケーションプロトコル（ALPN）は { $list } のみ
refusal-protocols-none = { $who }はアプリケーションプロトコル（ALPN）を提示せず、サーバはそれを要求している
refusal-protocols-foreign = サーバが選んだアプリケーションプロトコル { $chosen } を{ -device }は提示していない（ALPN：{ $list }）
refusal-protocols-do = または、{ -device }が提示するアプリケーションプロトコルを { $server } で受け入れてください
refusal-protocols-choose-do = { -device }が提示したアプリケーションプロトコル（ALPN）の中から { $server } が選ぶようにしてください
refusal-protocols-client-do = { $who }が別のアプリケーションプロトコル（ALPN）を提示するようにしてください
refusal-protocols-client-do-such = { $who }が別のアプリケーションプロトコル（ALPN、{ $example } など）を提示するようにしてください
refusal-sslv2 = Client Hello が SSLv2 形式であり、TLS サーバはこれを読み取らない（RFC 6176）
refusal-sslv2-do = { $who }の TLS 設定で SSLv2 形式の hello を無効にしてください（Java では有効なプロトコルの SSLv2Hello）
refusal-resumption = この Client Hello はセッションの再開（{ $extension }）を試みている。このサーバとの完全なハンドシェイクはフレーム { $frame } で成功している
refusal-resumption-do = { $server } のすべての機器でセッション鍵を共有するか、未知のセッションには完全なハンドシェイクで応答するようにしてください。それまでは{ $who }のセッション再開を無効にしてください
refusal-no-master-secret-client = Client Hello に extended_master_secret（RFC 7627）がなく、これを要求するサーバがある。暗号スイート、グループ、署名アルゴリズムは現在のサーバが受け入れるもの
refusal-no-master-secret-client-do = { $who }で extended_master_secret（EMS）を有効にするか、TLS ライブラリを更新してください。または、サーバでこれを必須としないでください
refusal-no-master-secret-server = { -device }が提示した extended_master_secret（RFC 7627）が Server Hello にない
refusal-no-master-secret-server-do = { $server }、またはその手前で TLS を終端する機器の TLS ソフトウェアを更新し、extended_master_secret（EMS）に応答するようにしてください。または、{ -device }でこれを必須としないでください
refusal-no-renegotiation = { -device }が提示し、要求することもある renegotiation_info（RFC 5746）が Server Hello にない
refusal-no-renegotiation-do = { $server }、またはその手前で TLS を終端する機器の TLS ソフトウェアを更新し、安全な再ネゴシエーション（renegotiation_info）に対応させてください。それまでは{ -device }で古いサーバを許可してください（OpenSSL：UnsafeLegacyServerConnect）
refusal-nameless = Client Hello にサーバ名（server_name）がなく、複数の名前を持つサーバにはこれが必要
refusal-nameless-do = { $who }がホスト名で接続し、server_name（SNI）を送るようにしてください
refusal-not-understood = サーバがこの Client Hello を解釈できなかった。{ $what }を含む
refusal-not-understood-ech = 暗号化された Client Hello（ECH、GREASE の可能性もある）
refusal-not-understood-grease = GREASE（サーバが無視すべき番号、RFC 8701）
refusal-not-understood-broken = 解析できない拡張
refusal-not-understood-do = { $server }、またはその手前の機器の TLS ソフトウェアを更新してください（知らない拡張や番号は無視する必要があります）
refusal-unsigned = { $who }が証明書を送った後、Certificate Verify のあるべき位置にアラートがある：鍵で署名できていない
refusal-unsigned-do = { $who }が、証明書の鍵（TPM、スマートカード、キーストア、権限）と、Certificate Request にあるアルゴリズムで署名できることを確認してください
refusal-large-certificate = サーバの Certificate メッセージが { $bytes } バイト（証明書 { $count } 枚）あり、多くのクライアントには大きすぎる（OpenSSL は 102400 まで）
refusal-large-certificate-do = { $server } が自身の証明書と、ルートに至る中間証明書だけを送るようにしてください
refusal-warned-name = サーバが警告 unrecognized_name を送っていた：{ $name } はサーバの名前になく、この警告を致命的とみなすクライアントがある
refusal-warned-name-do = { $server } に { $name } という名前を設定するか（ServerName または ServerAlias）、サーバにある名前を{ -device }から要求してください
refusal-short-prime = サーバの Diffie-Hellman 鍵交換の素数が { $bits } ビットで、多くのクライアントが拒否する
refusal-short-prime-do = { $server } に 2048 ビット以上の Diffie-Hellman パラメータ（ffdhe2048）を設定するか、楕円曲線（ECDHE）を使うようにしてください
refusal-foreign-signature = サーバが鍵交換の署名に使った { $scheme } を{ -device }は提示していない（{ $list }）
refusal-old-signature = サーバが { $version } を選んだ。このバージョンの鍵交換の署名は SHA-1（RSA では MD5 も併用）だが、{ -device }は SHA-1 の署名を提示していない
refusal-old-signature-do = { $server } で TLS 1.2 以降を有効にしてください（それまでは{ -device }に SHA-1 の署名を許可する必要があります）
refusal-foreign-signature-do = { $server } が、{ -device }の提示するアルゴリズム（SHA-256 以上）で署名するようにするか、{ -device }にその署名アルゴリズムを許可してください
large-hello = Client Hello が大きい：{ $bytes } バイト（{ $frames } フレーム）で、1 つのセグメントに収まらない。最初のセグメントしか読まないサーバやファイアウォールは応答しない
large-hello-post-quantum = Client Hello が大きい：{ $bytes } バイト（{ $frames } フレーム）で、耐量子の鍵共有（{ $list }）のため 1 つのセグメントに収まらない。最初のセグメントしか読まないサーバやファイアウォールは応答しない
large-hello-do = { $who }で耐量子の鍵共有を使わずに（X25519 のみで）一度試してください。それで成功する場合は、2 つのセグメントに分かれた Client Hello を読めないサーバ、ロードバランサ、ファイアウォールを更新してください
client-left = { $who }が、アラートもデータも送らずに閉じる
client-left-summary-during = { $who }が、証明書の直後に、アラートを送らずに{ $service } とのハンドシェイクを閉じた：{ $subject } は{ $clauses }
client-left-summary-after = { $who }が{ $service } とのハンドシェイクを終え、1 バイトも送らずに閉じた：{ $subject } は{ $clauses }
client-left-protocol = { $who }が 1 バイトも送らずに{ $service } との接続を閉じた：提示するアプリケーションプロトコル（ALPN）は { $list } のみで、サーバはどれも選ばなかった
client-left-protocol-chosen = Server Hello はアプリケーションプロトコルを選んでいない
client-left-cannot-tell = { $who }が閉じた理由（アラートを送っていない。{ $who }のログで分かる）
client-left-probe = ポートの応答だけを確認する接続も同じように終わる

# reset-during-handshake
reset-during-handshake-summary-path = { $service } への接続がハンドシェイク中に経路上の何かによってリセットされた：{ $last } の後
reset-during-handshake-summary-client = { $service } への接続を{ $who }がハンドシェイク中にリセットした：{ $last } の後
reset-during-handshake-summary-server = { $service } への接続をサーバがハンドシェイク中にリセットした：{ $last } の後
reset-during-handshake-summary-unknown = { $service } への接続がハンドシェイク中にリセットされた：{ $last } の後
reset-during-handshake-reset = { $who }のアドレスからの RST、{ $span }後。{ $clause }
reset-during-handshake-balancer = サーバの手前に、リセットの TTL が異なるロードバランサがある可能性がある
reset-during-handshake-rule = { $name } という名前に一致するルール（URL フィルタ、アプリケーション制御）を探し、{ $device } に許可してください
reset-during-handshake-waited = 接続は { $span }停止していた：{ -device }が待ちきれなかった可能性もある
reset-during-handshake-client-certificate = 証明書を拒否する際に、アラートを送らずリセットするクライアントもある
reset-during-handshake-controller-log = { -device }のログで理由を確認してください
reset-during-handshake-firewall = サーバの近くのファイアウォールや、サーバの TTL に合わせるファイアウォールでも同じに見える（ログで分かる）
reset-during-handshake-server-log = { $server } のログを確認してください（意図して接続を終了させたか、異常終了しています）
reset-during-handshake-no-rule = { $device } から { $name } への接続をリセットするルールがないことを確認してください
reset-at-once-client = { $service } が SYN に応答したとき、{ $who }自身が接続をリセットした：{ $who }の TCP にその接続が存在しない
reset-at-once-server = { $service } は接続を受け付けた直後、何も送られないうちにリセットした
reset-at-once-path = { $service } への接続は、開いた直後、何も送られないうちに経路上の何かによってリセットされた
reset-at-once-unknown = { $service } への接続は、開いた直後、何も送られないうちにリセットされた
reset-at-once-listen = { $server } が接続を受け付けてすぐ切断する理由を確認してください（サービスのアクセス制限、背後に稼働中のサーバがないロードバランサ、上限）
reset-at-once-another-host = アドレス { $device } を持つ別のホスト、またはその手前のフィルタやアドレス変換が RST を送った可能性もある
reset-at-once-cannot-tell = SYN-ACK が想定外とされた理由
reset-at-once-do = { $device } を持つホストがほかにないこと、応答が SYN を送ったインターフェイスに届いていることを確認してください

# reset-after-established
reset-after-established-before-answer = 応答の前に
reset-after-established-before-request = 何も要求されないうちに
reset-after-established-summary-path = TLS ハンドシェイクの後、{ $before }、経路上の何かが接続をリセットした
reset-after-established-summary-client = TLS ハンドシェイクの後、{ $before }、{ $who }が接続をリセットした
reset-after-established-summary-server = TLS ハンドシェイクの後、{ $before }、{ $service } が接続をリセットした
reset-after-established-summary-unknown = TLS ハンドシェイクの後、{ $before }、接続がリセットされた
reset-after-established-plain-path = 要求の後、応答の前に、経路上の何かが{ $service } への接続をリセットした
reset-after-established-plain-client = 要求の後、応答の前に、{ $who }が{ $service } への接続をリセットした
reset-after-established-plain-server = { $service } は要求に応答せず接続をリセットした
reset-after-established-plain-unknown = 要求の後、応答の前に、{ $service } への接続がリセットされた
reset-after-established-scheme = ポート 443 で TLS を使うサーバは、平文の HTTP 要求をこのように切断する（URL が https で始まるべきでないかの確認が必要）
reset-after-established-complete = ハンドシェイク完了
reset-after-established-request = { $who }の要求（暗号化）
reset-after-established-reset = { $who }のアドレスからの RST、相手側の最後のパケットの { $span }後。{ $clause }
reset-after-established-idle = { $span }間、何も送られていない：ファイアウォール、プロキシ、またはサーバの無通信タイムアウト
reset-after-established-cannot-tell = アプリケーションの通信内容（暗号化されている。{ -device }かサーバのログで分かる）
reset-after-established-rule = { $device } から { $name } への確立済み接続を切断するルールがないか確認してください
reset-after-established-controller-log = { -device }のログで理由を確認してください
reset-after-established-server-log = { $server } のログを確認してください（プログラムが終了したか、上限に達しています）

# reset-origin
reset-origin-too-early = Client Hello の { $after }後にそれを確認応答しているが、{ $who }までの往復は { $round-trip }かかる
reset-origin-same-ttl = { $field } { $ttl } は{ $who }の他のパケットと同じ
reset-origin-other-ttl = { $field }は { $ttl }、{ $who }自身のパケットの{ $field }は { $usual }：経路上の別の機器が送っている
reset-origin-id-follows = IP 識別子 { $id } は他のパケットと連続している
reset-origin-id-differs = IP 識別子 { $id } は直前の { $last } と連続していない
reset-origin-nothing = 比較できるものがない

# tls-no-response
tls-no-response-summary-taken = { $service } は{ $who }の Client Hello に確認応答を返したが、応答していない
tls-no-response-summary-closed-behind = { $service } は{ $who }の Client Hello に確認応答を返し、{ $span }後、応答せずに接続を閉じた
tls-no-response-summary-lost = { $service } への接続は開いたが、{ $who }の Client Hello に確認応答がない：それ自体か、それへの応答がすべて失われた
tls-no-response-summary-closed = { $service } は接続を受け付け、{ $who }の Client Hello を受け取らないうちに、フレーム { $frame } ですぐに閉じた
tls-no-response-summary-late = { $service } が{ $who }の Client Hello に応答したのは { $span }後で、{ $who }はすでに待つのをやめて閉じていた
tls-no-response-summary-lagging = { $who }と{ $service } の間でパケットが失われた：Client Hello への応答が届いたのは { $span }後の再送で、{ $who }はすでに待つのをやめて閉じていた
tls-no-response-close-first = サーバが閉じた（FIN）。その番号から、応答はそれより前に送られていたが、ここまでのキャプチャにはない
tls-no-response-again = 再送された応答（接続はすでに閉じられている）
tls-no-response-lagging-slow = サーバが最初に応答したのも遅かった可能性がある（キャプチャにあるのは再送だけ）
tls-no-response-lagging-path = { $device } と { $server } の間のどこでパケットが失われるかを調べる：両端で同時にキャプチャして比較する
tls-no-response-summary-closed-before = { $service } は Client Hello を { $waited }待って閉じ、{ $who }はその { $span }後に送った
tls-no-response-sooner = { -device }が Client Hello を送るのが遅い理由（入力待ち、休止、遅いプログラム）を調べるか、{ $server } の待ち時間を長くしてください
tls-no-response-short-limit = 最初のメッセージに対するサーバの待ち時間が短すぎる可能性もある
tls-no-response-earlier = { $span }前：{ $ends }
offer-too-old = クライアントの提示は { $version } までで、多くのサーバは（アラートなしに）拒否する
tls-no-response-closed = サーバは何も送らずに閉じた
tls-no-response-silent = 応答なし
tls-no-response-late = 最初の応答（接続はすでに閉じられている）
tls-no-response-later = { $span }後：{ $ends }
tls-no-response-cannot-tell-beginning = 間にプロキシがあるかどうか（接続の始まりがキャプチャされていない）
tls-no-response-proxying = サーバの代わりに TCP を確立するファイアウォールも同じように確認応答する（SYN-ACK の往復時間とサーバまでの距離の比較で分かる）
tls-no-response-cannot-tell = 確認応答したのがサーバ自身か、代わりに応答する機器か
tls-no-response-listen = { $server } で待ち受けているサービスと、過負荷や何かの待ち状態になっていないかを確認してください
tls-no-response-closed-listen = { $server } で待ち受けているサービスと、Client Hello が届くと閉じる理由をログで確認してください（背後にサーバのないロードバランサ、そのポートで TLS に対応していないか先に別のデータを待つサービス、接続元のアドレスや名前の制限など）
tls-no-response-inspection = { $device } から { $name } への接続がインスペクションで滞留していないことを確認してください
tls-no-response-rule = TCP ハンドシェイクは通り、データは通りません。{ $device } と { $name } の間で、内容や名前によって破棄するルールを探してください

# What a proxy hides.
behind-proxy-do = プロキシ { $proxy } 自身が { $name } に到達できるか、このトンネルがどうなったかを確認してください（その先のパス MTU やファイアウォールはそこでしか見えません）
behind-proxy-no-answer = プロキシ { $proxy } は{ $service } 宛ての{ $who }の Client Hello に確認応答を返したが、プロキシ経由の応答がない
behind-proxy-path = プロキシは、その先のサーバの代わりに確認応答する。{ $name } 自体、またはプロキシからそこまでの経路に原因がある可能性がある
behind-proxy-cannot-tell = プロキシ { $proxy } より先で起きていること（その先でのキャプチャが必要）

# silent-mid-handshake
silent-mid-handshake-summary-lost = 途中でパケットが失われたため、{ $service } とのハンドシェイクが止まった：{ $clause }
silent-mid-handshake-summary = { $service } とのハンドシェイクが、{ $who }からの { $message } の後で止まった：{ $clause }
silent-mid-handshake-closed = { $who }がアラートなしで閉じた（FIN）
silent-mid-handshake-left-at-once = { -device }はその { $span }後、応答が届きうる前に閉じた（往復には { $round-trip }かかる）
silent-mid-handshake-did-not-wait = 応答を必要としないクライアントも、途中で止められたクライアントも、このように閉じる
silent-mid-handshake-closed-unseen = { $who }は閉じていた（相手側が、キャプチャにない FIN に確認応答している）
silent-mid-handshake-waited = { $span }間何も届かず、{ -device }が待つのをやめて閉じた
silent-mid-handshake-silent = その後 { $span }間、何も届いていない
silent-mid-handshake-window = { $who }はフレーム { $frame } 以降、受信バッファに空きがない（ウィンドウサイズ 0）
silent-mid-handshake-last-message = 最後に見えたメッセージ：{ $who }からの { $message }
silent-mid-handshake-unheard = サーバの Finished が届く前に{ -device }が閉じた
silent-mid-handshake-unheard-lost = 経路上でパケットが失われた：{ -device }は { $count } 回再送し、{ $span }後にサーバの Finished が来たときには閉じていた
silent-mid-handshake-finished-late = サーバからの Finished、そのメッセージの { $span }後。{ -device }は確認応答していない
silent-mid-handshake-slow = このクライアントにとってサーバが遅すぎた可能性がある
silent-mid-handshake-loss = { $device } と { $name } の間で、パケットを失っているリンクやキューを探してください
silent-mid-handshake-summary-order = { $service } は{ -device }の鍵交換を受け取る前に Finished を送った。TLS では許されない順序であり、ハンドシェイクが止まった：{ $clause }
silent-mid-handshake-too-soon = サーバからの Finished、Server Hello Done の { $span }後（先に{ -device }の Client Key Exchange と Finished が必要：RFC 5246 section 7.3）
silent-mid-handshake-key-exchange-late = { -device }からの Client Key Exchange（サーバは閉じたとき、まだ受け取っていない）
no-record-text = { $who }からの、TLS ではない平文：{ $bytes }
no-record-bytes = レコードが始まるべき位置にある、TLS レコードではない{ $who }のバイト：{ $bytes }
no-record-summary = { $service } との接続は全体がキャプチャされており、異常はフレーム { $frame } だけにある：{ $who }のバイトが TLS レコードではない（{ $bytes }）
no-record-went-on = { $who }からの { $message }（これらのバイトの後も通信を続けた）
no-record-cannot-tell = 接続がこれらのバイトのために終わったのか、そのまま送られたのか途中で変わったのか（受信側はアラートで接続を終える必要がある：RFC 5246 section 7.2.2）
no-record-do = { $who }が TLS レコードではないバイトを送る理由を調べてください（ログを確認し、その近くでキャプチャして、経路上で変えられていないか確認します）
large-chain = サーバの Certificate メッセージは { $bytes } バイトで、通常の数千バイトを大きく超える。このようなメッセージを拒否するクライアントは多い（Java は 32,768 バイト、OpenSSL は 102,400 バイトを超えると拒否）
silent-mid-handshake-hole = その前の{ $who }の { $count } バイトが届いていない
silent-mid-handshake-last-packet = 最後のパケット、そのメッセージの { $span }後
silent-mid-handshake-random-loss-once = 通常のパケットロスなら、再送により数秒で回復する。ここではそのバイトの再送がキャプチャにない
silent-mid-handshake-random-loss = 通常のパケットロスなら数秒で回復する。ここでは同じバイトが繰り返し失われている
silent-mid-handshake-icmp = ICMP「fragmentation needed」を通し、大きなパケットを破棄するルール、トンネル、リンクがないか確認してください
silent-mid-handshake-mss = TCP MSS を小さくして回避してください
silent-mid-handshake-client-certificate = 証明書を拒否する際に、アラートを送らず閉じるクライアントもある
silent-mid-handshake-cannot-tell-close = { $who }が最後に送ったもの（アラートかもしれない。FIN を含むパケットがキャプチャされていない）
silent-mid-handshake-log = { $who }のログで理由を確認してください
silent-mid-handshake-server-certificate = クライアント証明書を拒否する際に、アラートを送らず閉じるサーバもある
silent-mid-handshake-server-log = { $server } のログで理由を確認してください
silent-mid-handshake-never-arrived = { $who }の { $count } バイトが届いていない（後続は届いている）
silent-mid-handshake-never-arrived-end = { $who }の最後の { $count } バイトが届いていない（相手は通信を続けたが、確認応答していない）
silent-mid-handshake-never-acknowledged = { $who }の { $count } バイトが繰り返し再送されたが、一度も確認応答されていない

# application-error
application-error-summary = { $service } が要求に { $status } { $reason } と応答した
application-error-summary-redirect = { $service } が要求に { $status } { $reason } と応答し、{ $location } へリダイレクトした
application-error-redirect-followed = リダイレクト先に接続したかどうか（別の接続で分かる）
application-error-redirect-do = リダイレクトされない URL を使ってください（応答がそう示す場合は http ではなく https。応答がポータルを示す場合、{ $target } への応答は経路上の機器によるものです）
application-error-log = { $server } のサービスのログを確認してください（要求は届いています）
tls-to-cslu = URL を http:// にしてください。CSLU は平文の HTTP で待ち受けています（ここでは { $server }）
application-error-empty = { $service } はライセンスメッセージにステータス { $status }、本文なしで応答した。メッセージは受理されていない
application-error-empty-answer = ステータス { $status }、本文なし
application-error-empty-meant = メッセージを受け取り、後で回答するサービスが、意図して本文なしで応答した可能性もある

# no-application-response
no-application-response-summary = { $who }は{ $service } に要求を送ったが、{ $span }間応答がない
no-application-response-summary-left = { $who }は{ $service } に要求を送ったが、相手は応答せずに{ $span }後に接続を閉じた
no-application-response-summary-unasked = { $service } はハンドシェイクの { $span }後、{ $who }が何も要求しないうちに接続を閉じた
no-application-response-unasked = サーバはここで、要求の前に閉じる
no-application-response-unasked-cannot-tell = サーバが閉じる理由（サーバのログで分かる。ロードバランサの背後にサーバがない、上限、受け入れないクライアントなど）
no-application-response-unasked-probe = { $who }に要求がなく、サーバも待たなかった可能性がある
no-application-response-summary-late = { $who }は{ $service } に要求を送り、{ $span }後に待つのをやめて閉じた。応答はその後に届いた
no-application-response-summary-unheard = { $who }が{ $service }に要求を送り、{ $span }後に接続を閉じた。応答には一度も確認応答していない
no-application-response-unheard = { $who }が閉じる。応答への確認応答はない
no-application-response-came = 応答（要求の { $span }後）。ファイルでは接続を閉じる前にある
no-application-response-cannot-tell-unheard = 応答が{ -device }に届く途中で失われたのか、ファイルの順序より後に届いたのか（{ -device }の近くで取得したキャプチャで分かる）
no-application-response-cannot-tell-lagging = サーバが最初に応答を送った時刻（その分はこのキャプチャになく、サーバ側のキャプチャで分かる）
no-application-response-way-back = { $device } へ戻るパケットを破棄しているものを探してください
no-application-response-left = { $who }が応答の前に閉じる
no-application-response-late = 要求の { $span }後の応答：{ -device }はもう受信していない
no-application-response-dropped = { $device } の要求は再送されたが確認応答がない。{ $server } へのパケットを破棄するもの（接続を忘れたファイアウォール、パス MTU）を探してください
no-application-response-request = 要求
no-application-response-half-closed = { -device }は要求と同時に自分からの送信方向を閉じた
no-application-response-or-no-request = 閉じたクライアントにサーバが応答する必要はなく、close_notify だけを送るクライアントもある
no-application-response-acknowledged = 最後のパケット。要求は確認応答されたが、データは返っていない
no-application-response-unacknowledged = 最後のパケット。要求の全体は確認応答されていない
no-application-response-acknowledged-short = 最後のパケット。要求は確認応答されたが、返ってきたのは短いレコード 1 つだけ
no-application-response-cannot-tell-late = 応答にこれほど時間がかかった理由（サーバーのログで分かる）
no-application-response-log-late = { $server } のログと負荷を確認してください（応答までの { $took }は、クライアントが待つ時間より長い）
no-application-response-cannot-tell = TLS で暗号化されている場合、要求の内容と応答がない理由（双方のログで分かる）
no-application-response-log-if = { $server } のログを確認してください。その要求がなければ、{ -device }の近くの機器が接続を中継しています
no-application-response-repeated-find = { $device } から { $server } へのパケットを破棄しているものを調べてください
no-application-response-acked-nearby = SYN への応答は Client Hello への応答よりはるかに速い：{ -device }の近くの機器がサーバの代わりに確認応答した可能性もある
no-application-response-long-poll = 知らせがあるまで要求を開いたままにし、一定時間後に閉じるプログラムもある
no-application-response-small = これほど短いデータは HTTP の要求ではない：{ -device }には要求がなかった可能性もある
no-application-response-or-short = サーバの送った数バイトは、ヘッダだけの応答だった可能性もある
no-application-response-or-said = { -device }は応答を必要としなかった可能性もある
no-application-response-log = { $server } のログを確認してください（要求は届いています）
no-application-response-controller = { -device }のログを確認してください
no-application-response-record = サーバのレコード（サイズと時刻から見てセッションチケット）
no-application-response-or-answer = そのレコードが応答の可能性もある（チケットと応答はサイズと時刻でしか区別できない）
no-application-response-short-record = サーバの最後のレコードはサイズから close_notify と判断した。2 バイトの応答でも同じに見えるが、それほど短い HTTP 応答はない
no-application-response-window = サーバがウィンドウサイズ 0 を通知し、{ $waited }間開かない：プログラムが受信データを読み出していない
no-application-response-open = キャプチャの終わりで接続はまだ開いていた。送るデータができるまで待つサーバは、後で応答することがある
no-application-response-stalled = サーバは接続を受け付けたが、プログラムが停止している可能性がある（ログと負荷で分かる）
no-application-response-repeated = { -device }は { $count } セグメントを再送している：要求全体が届いたのは、{ -device }が諦めた後だった可能性がある
no-application-response-or-refusal = サーバがクライアント証明書を理由に切断した可能性もある。TLS 1.3 ではそれが見えず、受け入れられた形跡もない。サーバのログで確認できる

# legacy-endpoint
legacy-endpoint-summary-works = { -device }はまだ Call Home（{ $name }）を使っており、正常に動作している。ポリシーを使用したスマートライセンスの通信先は { $successor }
legacy-endpoint-summary = { -device }はまだ Call Home（{ $name }）を使っている。ポリシーを使用したスマートライセンスの通信先は { $successor }
legacy-endpoint-because = { $because }：{ $name }
legacy-endpoint-switch = スマートトランスポートに切り替えてください

# healthy-resumed
healthy-resumed-summary = { $service } とのセッションを{ $how }で再開し、{ $took }で終了した。この場合、証明書は送られない
healthy-resumed-accepts = Server Hello が{ $how }を受け入れる
healthy-resumed-psk = 事前共有鍵
healthy-resumed-ticket = セッションチケット
healthy-resumed-session-id = セッション ID

# healthy
healthy-summary-http = { -device }は平文 HTTP で{ $service } に到達し、{ $status } { $reason } の応答を得た（{ $took }後）
healthy-summary = { $version } で{ $service } に到達し、応答を得た（TLS { $took }）
healthy-summary-data = { $service } との { $version } ハンドシェイクは { $took }で完了し、その後サーバが要求なしにデータを送った
healthy-summary-one-shot = { $service } との { $version } ハンドシェイクは { $took }で完了し、{ $who }は要求を送り、その { $span }後、応答の前に閉じた
healthy-summary-unused = { $service } との { $version } ハンドシェイクは { $took }で完了し、{ $who }は何も要求せずに閉じた
healthy-summary-early-data = { $service } との { $version } ハンドシェイクは { $took }で完了したが、{ $who }のアーリーデータ（0-RTT）は受け入れられず、{ $who }はその後何も送っていない
healthy-left = { $who }が応答の前に閉じる
healthy-or-certificate = { $who }がアラートを送らずにサーバ証明書を拒否した可能性もある（証明書の問題点を参照）
healthy-or-gave-up = { $who }が途中で中止した可能性もある（閉じる前の最後のメッセージはアラートかもしれないが、暗号化されている。{ $who }のログで分かる）
healthy-ticket-or-answer = ハンドシェイク後のサーバのレコードは、セッションチケットだけの可能性も、応答の可能性もある（サイズと時刻でしか区別できない）
healthy-last-too-late = 最後の要求への応答が間に合ったかどうか（その応答がフレーム { $frame } で届いたとき、クライアントはすでに閉じていた）
healthy-or-settings = HTTP/2 のサーバは要求がなくても設定を送るため、この程度のバイト数では応答とは限らない
healthy-end-lost = 応答が最後まで届いたかどうか（確認応答から見る限り、末尾の { $count } バイトはクライアントに届いていない）
healthy-or-cut = 応答の末尾が欠けている可能性もある（全体を受け取ったかどうかはアプリケーションのログで分かる）
healthy-record-cut = 応答が最後まで届いたかどうか（最後のレコードに { $count } バイト足りないまま接続が終わっている）
healthy-reset = 応答が最後まで届いたかどうか（サーバの close_notify より前に、{ $who }がフレーム { $frame } で接続をリセットした）
healthy-cannot-tell-certificate = 証明書がそのサービス自身のものだったかどうか（TLS 1.3 では暗号化される）
healthy-summary-handshake = { $service } との { $version } ハンドシェイクは { $took }で完了した。アプリケーションの応答はキャプチャにない
healthy-summary-plain = { $service } との { $version } ハンドシェイクは { $took }で完了し、その後サーバは TLS を使わず平文で続けた：{ $bytes }
healthy-summary-no-record = { $service } との { $version } ハンドシェイクは { $took }で完了し、その後サーバは TLS レコードではないバイトを送った：{ $bytes }
healthy-cannot-tell-http = 中のメッセージが受け入れられたかどうか（{ -device }のログで分かる）
healthy-lone-answer = ハンドシェイク後のサーバの唯一のレコードを、順序と終了の仕方から応答と判断した。セッションチケットの可能性もある
healthy-unasked = サーバの最初の暗号化データ（{ -device }が何も送っていない時点）
healthy-answer = サーバの応答（暗号化）
healthy-without-close-notify = 応答が最後まで届いたかどうか（サーバはフレーム { $frame } で close_notify なしに閉じた。多くのサーバの動作である）
heard-cannot-tell = サーバが送ったデータが{ $who }に届いたかどうか（確認応答がなく、{ $who }はその前に閉じたか、その後リセットした）
healthy-cannot-tell-hole = ハンドシェイクが正しく進んだかどうか（証明書を含む可能性のあるバイトがキャプチャされていない。傍受装置が再署名した証明書でも見えない）
healthy-cannot-tell = 暗号化されたメッセージの内容（アプリケーションのエラーもここでは同じに見える。双方のログで分かる）

# malformed-capture
malformed-capture-summary-end = キャプチャファイルがフレーム { $after } の後、{ $offset } バイト目で破損している：{ $detail }。{ $lost } バイトをパケットとして読み取れない
malformed-capture-summary = キャプチャファイルがフレーム { $after } の後、{ $offset } バイト目で破損している：{ $lost } バイトをパケットとして読み取れない
malformed-capture-cannot-tell-numbers = 破損箇所より後の本当のフレーム番号と、この試行のパケットがそこで失われたかどうか
malformed-capture-last-of-connection = この接続で読み取れた最後のフレーム
malformed-capture-last-read = 読み取れた最後のフレーム
malformed-capture-cannot-tell-beyond = そのフレームより後のすべて
capture-cut-cannot-tell = フレーム { $frame } より後のすべて（ファイルがそこで途切れている）
malformed-capture-last-before = 破損箇所の直前のフレーム
malformed-capture-export = キャプチャをもう一度エクスポートし、バイナリモードでコピーしてください（scp、またはバイナリを指定した tftp / ftp）
malformed-capture-verify = 両側でファイルの MD5 とサイズが一致し、capinfos が最後まで読める
malformed-capture-within = この接続の最後のフレーム。破損箇所は接続の途中にある
malformed-capture-before = この接続の最後のフレーム。破損箇所は接続より前にある

# incomplete-capture
incomplete-capture-summary = { $service } への試行がどう終わったか判断できない：{ $reason }
incomplete-capture-first-frame = キャプチャ内の最初のフレーム
incomplete-capture-last-frame = キャプチャ内の最後のフレーム
incomplete-capture-dropped = キャプチャ側で { $drops } パケットが破棄された
incomplete-capture-one-direction = { $who }からのパケットが一つもキャプチャされていない（片方向だけ）
incomplete-capture-acked-unseen = 相手側が確認応答した{ $who }のバイトがキャプチャにない
incomplete-capture-unseen-end = { $who }の最後の { $count } バイトがキャプチャされていない
incomplete-capture-unseen-end-unacknowledged = { $who }の最後の { $count } バイトがキャプチャになく、届いたことを示すものもない
incomplete-capture-missed-or-lost = { $who }の { $missed } バイトが欠けている：キャプチャされていないか、経路上で失われた
incomplete-capture-missed = { $who }の { $missed } バイトが、届いているのにキャプチャされていない
incomplete-capture-no-beginning = 接続の始まりがキャプチャされていない（ハンドシェイクは最初のフレームより前にある）
incomplete-capture-lost-sight = フレーム { $last } の後、接続がキャプチャから消えている（最後に送られたバイトは確認応答も再送もされていない）
incomplete-capture-cut-short = フレーム { $after } の後、レコードの途中でファイルが終わっている（{ $detail }）
incomplete-capture-tls13 = TLS 1.3 では Server Hello 以降が暗号化される
incomplete-capture-tlcp = TLCP（バージョン 0x0101、GB/T 38636）の通信であり、そのレコードは読み取り対象外
incomplete-capture-nothing = 失敗したステップも、成功を示すステップもない
incomplete-capture-answer-cut = 名前解決の応答がアドレスの前で切れている
incomplete-capture-left-out = キャプチャ内の接続が保持できる上限を超えている。この名前解決に続く接続は、保持しなかったものに含まれる可能性がある
incomplete-capture-no-connection = 名前解決は行われたが、そのアドレスへの接続がキャプチャされていない
incomplete-capture-no-answer = 名前解決の問い合わせはあるが、応答も接続もキャプチャされていない
incomplete-capture-snap-length = スナップ長 { $len } バイトにより{ $who }の { $count } パケットが切り詰められた
incomplete-capture-snap-length-unknown = スナップ長により{ $who }の { $count } パケットが切り詰められた
incomplete-capture-still-open = 接続はその最後のフレーム { $last } の時点でまだ開いている
incomplete-capture-still-open-limit = 接続はその最後のフレーム { $last } の時点でまだ開いている。{ $limit }
incomplete-capture-limit-size = ファイルは約 { $megabytes } MB で、キャプチャバッファが満杯になった可能性がある
incomplete-capture-limit-time = キャプチャは { $seconds } 秒で終わっており、時間制限に達した可能性がある

# certificate-fault-accepted
certificate-fault-accepted-summary = { $whose }に問題がある：{ $clauses }。それでも{ $other }の TLS は受け入れた
certificate-fault-accepted-cannot-tell-empty = { -device }の Certificate メッセージが本当に空かどうか（TLS 1.3 では暗号化され、サイズしか分からない）
certificate-fault-accepted-replace = より厳格なクライアントに拒否される前に、問題のない証明書を { $server } に設定してください
certificate-fault-accepted-clock = キャプチャしたホストの時計を確認してください。キャプチャの時刻では証明書の上位の認証局までまだ有効ではないのに、{ -device }は証明書を受け入れています
certificate-fault-accepted-cannot-tell-application = 暗号化された中でアプリケーションがその証明書を拒否したかどうか（アプリケーションのログで分かる）
certificate-fault-accepted-choose = TLS 上のやり取りが成功しているのにアプリケーションが失敗を報告する場合は、有効なクライアント証明書を選んでください
certificate-fault-accepted-fault = { $whose }：{ $clauses }

# no-licensing-traffic
no-licensing-traffic-summary = このキャプチャにライセンス通信はない：期間は { $watched }、内容は { $frames } フレーム、TCP 接続 { $tcp } 本（うち TLS { $tls } 本）
no-licensing-traffic-summary-offline = このキャプチャにライセンス通信はないが、機器のトランスポートがオフであり、通信がないのが正常である（期間は { $watched }）
no-licensing-traffic-summary-empty = このキャプチャにライセンス通信はない：期間は { $watched }、フレームは一つもない
no-licensing-traffic-summary-tls = このキャプチャに判定できる TLS 接続はない：期間は { $watched }、内容は { $frames } フレーム、TCP 接続 { $tcp } 本（うち TLS { $tls } 本）
no-licensing-traffic-summary-tls-empty = このキャプチャに判定できる TLS 接続はない：期間は { $watched }、フレームは一つもない
no-licensing-traffic-again = 両方向が見えるインターフェイスで、{ -device }が接続する前（SYN の前）から再キャプチャしてください
no-licensing-traffic-cannot-tell-udp = UDP の通信の内容（UDP 443 番ポート（QUIC の最初のパケットより後、またはその他）が { $quic } パケット、CAPWAP（制御は DTLS）が { $capwap } パケットあるが、読み取り対象外）
no-licensing-traffic-cannot-tell-eap = EAP の中の TLS ハンドシェイクの結果（802.1X または RADIUS の { $count } フレーム。読み取り対象外）
no-licensing-traffic-over-tcp = キャプチャ中は{ -device }を TCP で接続させてください（QUIC または HTTP/3 を無効にするか、UDP 443 番を遮断します）。QUIC の中の TLS は読み取れません
no-licensing-traffic-verify = tlswalk が試行を表示する
no-licensing-traffic-cannot-tell-private = 上の接続に、お使いの SSM On-Prem、CSLU、プロキシへのものがあるかどうか（--on-prem、--cslu、--proxy で指定できる。--all はすべての TLS 接続を判定する）
no-licensing-traffic-cannot-tell = ライセンス通信が機能しているかどうか（{ -device }のレポートは 8 時間ごとで、失敗後に再試行する間隔は一定しないので、短いキャプチャにライセンスのパケットがなくてもほとんど何も分からない）
no-licensing-traffic-no-time = ゼロ

# tls-not-offered
tls-not-offered-summary-refused = { $service } が TLS を拒否した：{ $request }（{ $protocol }）に{ $answer }と応答し、{ $next }
tls-not-offered-summary-closed = { $who }が TLS を要求すると（{ $protocol }、{ $request }）、{ $service } が接続を閉じた
tls-not-offered-summary-absent = { $service } は { $protocol } で TLS を提供しておらず、{ $who }は次のコマンドを送らずに切断した
tls-not-offered-summary-blotted = 経路上の何かが { $protocol } の { $request } を書き換えたため（{ $line }）、TLS を使えなかった
tls-not-offered-summary-failed = { $service } が { $request }（{ $protocol }）にエラーで応答した：{ $answer }。{ $next }
tls-not-offered-failed-do = { $server } の応答の内容に従い、そのログを確認してください（TLS に対応しているかどうかは、ここでは分かりません）
tls-not-offered-ended = サーバが接続を閉じた
tls-not-offered-left = { $who }は接続を終了した
tls-not-offered-goes-on = { $who }は TLS なしで通信を続けた
tls-not-offered-all-the-same = { $who }はそれでも Client Hello を送ったが、サーバは応答できなかった
tls-not-offered-open = { $who }がその後どうしたかはキャプチャにない
tls-not-offered-asks = { $who }が TLS を要求（{ $request }）
tls-not-offered-answer = サーバの応答：{ $answer }
tls-not-offered-end = サーバが応答せずに閉じる
tls-not-offered-list = サーバが示す機能に TLS がない：{ $line }
tls-not-offered-leaves = { $who }が次のコマンドを送らずに切断
tls-not-offered-hello = 拒否の後の{ $who }の Client Hello
tls-not-offered-blotted = 同じ長さの X で書き換えられた名前：{ $line }
tls-not-offered-or-failed = そのときサーバに別の障害が起きた可能性もある（サーバのログで分かる）
tls-not-offered-or-probe = ヘルスチェックや、別の機能を求めるクライアントも同じように切断する（TLS を必須としているかは{ $who }の設定で分かる）
tls-not-offered-or-server = サーバ自身がそのように応答している可能性もある（サーバ側のキャプチャで分かる）
tls-not-offered-inspection = { $protocol } を検査するファイアウォールまたはゲートウェイで { $request } を通してください（許可しないコマンドを書き換えています）
tls-not-offered-enable = { $server } の { $protocol } で TLS を有効にするか（証明書、鍵、{ $request } を提供する設定）、TLS を提供するポートまたはサーバを{ $who }に設定してください
tls-not-offered-cannot-tell = 終了の理由（キャプチャされた範囲では、どちらの側も示していない）

# plain-text-to-tls
plain-text-to-tls-summary-alert = { $who }が{ $service } に{ $spoken }で接続したが、相手は TLS を想定しており、{ $alert }で応答した
plain-text-to-tls-summary-says-so = { $who }が{ $service } に{ $spoken }で接続したが、相手は TLS（HTTPS）が必要だと応答した
plain-text-to-tls-summary-refuses = { $who }が{ $service } に{ $spoken }で接続し、拒否された。{ $port } 番は通常 TLS のポートである
plain-text-to-tls-summary-port = { $who }が{ $service } に{ $spoken }で接続し、応答がなかった。{ $port } 番は通常 TLS のポートである
plain-text-to-tls-summary-elsewhere = { $who }が{ $service } に{ $spoken }で接続し、応答がなかった。同じポートは別の接続に TLS で応答している
plain-text-to-tls-first = { -device }の最初のバイト：{ $spoken }
plain-text-to-tls-alert = サーバが{ $alert }で応答
plain-text-to-tls-end = 最後のパケット。サーバはデータを 1 バイトも送っていない
plain-text-to-tls-speaks = 同じポートが別の接続に Server Hello で応答
plain-text-to-tls-or-refused = そのサーバは平文の HTTP に対応しており、この要求だけを拒否した可能性もある
plain-text-to-tls-or-closed = TLS に対応していないサーバが別の理由で閉じた可能性もある（サーバのログで分かる）
plain-text-to-tls-cannot-tell = 終了の理由（キャプチャされた範囲では、どちらの側も示していない）
plain-text-to-tls-https = { $who }の URL または設定で { $server } に https://（TLS）を使うか、サーバの平文用ポートを指定してください
plain-text-to-tls-switch = { $who }の { $server } に対する設定で TLS を有効にするか、サーバの平文用ポートを指定してください
plain-text-to-tls-no-proxy-line = { $server } に PROXY プロトコルのヘッダを送らないようにするか、サーバがそれを受け付けるように設定してください

# Client Hello を送らないクライアントが話しているもの
spoken-http = 平文の HTTP
spoken-http2 = 平文の HTTP/2
spoken-redis = 平文の Redis（RESP）
spoken-kafka = 平文の Kafka
spoken-mqtt = 平文の MQTT
spoken-amqp = 平文の AMQP
spoken-smtp = 平文の SMTP
spoken-ldap = 平文の LDAP
spoken-postgres = 平文の PostgreSQL
spoken-ssh = SSH
spoken-proxy = PROXY プロトコル（ロードバランサのヘッダ）
spoken-tlcp = TLCP
spoken-text = 平文
spoken-bytes = TLS ではないもの

# Client Hello より前のアラート
before-any-hello-summary-client = { $who }が Client Hello を送る前に{ $service } との接続を中止した：最初のバイトが{ $alert }である
before-any-hello-summary-server = { $service } が Client Hello より前に接続を中止した：最初のバイトが{ $alert }である
before-any-hello-answer = 相手側の応答（これもアラート）
before-any-hello-cannot-tell = 理由（{ $who }のエラーは何も交換されないうちに起きており、{ $who }のログでしか分からない）
before-any-hello-log = その時刻の{ $who }のログを確認してください（TLS ライブラリを準備できなかったか、意図的に接続を終えています）

# TLCP
tlcp-summary-alert = { $who }が{ $service } に TLCP（バージョン 0x0101、GB/T 38636）で接続したが、受け入れられなかった
tlcp-summary-silent = { $who }が{ $service } に TLCP（バージョン 0x0101、GB/T 38636）で接続し、応答がなかった
tlcp-hello = TLCP の Client Hello（バージョン 0x0101）
tlcp-switch = { -device }が { $server } に TLS で接続するか、サーバが TLCP に対応するようにしてください（共通のバージョンがありません）

# unexplained-end
spare-connection = { -device }から { $server } への別の接続の開始。そのハンドシェイクは完了している
beside-compare = 同じころ、{ $server } への別の接続は完了している：同じアドレスや名前の背後に複数のサーバがあれば（ロードバランサ）、比べて異なる 1 台を調べてください。1 台のサーバがときどき失敗するなら、過負荷や再起動の可能性がある
spare-or-dropped = ブラウザは同時に複数の接続を開き、不要なものを途中で閉じる
unexplained-end-summary = { $service } との接続は全体がキャプチャされているが、終了の理由を示すものがない：{ $from }の { $message } の { $span }後に{ $who }が閉じた
unexplained-end-summary-bare = { $service } との接続は全体がキャプチャされているが、終了の理由を示すものがない
unexplained-end-end = { $who }が接続を終える
unexplained-end-resent = { $clause }（{ $who }）
unexplained-end-cannot-tell-resent = 終わった理由（一方が繰り返し送ったバイトは確認応答されず、平文のメッセージもそれ以上を示さない）
unexplained-end-cannot-tell = 理由（平文のアラートも、エラーも、パケットの欠落もない。キャプチャを取り直しても同じ結果になる）
unexplained-end-cannot-tell-alert = 理由（フレーム { $frame } のアラートでも、パケットの欠落でも説明できない。キャプチャを取り直しても同じ結果になる）
unexplained-end-or-check = ポートが開いているかの確認（ロードバランサ、監視、スキャン）の可能性もある：接続して何も送らずに閉じる
unexplained-end-cannot-tell-short = その後に続きがあったか（最後のパケットの直後にキャプチャが終わっているため分からない）
unexplained-end-log = その時刻の { $server } と{ $who }のログを確認してください

# クライアントの証明書の直後に閉じるサーバ
bare-end-summary-shown = { $service } は{ $who }の証明書の { $span }後に、アラートなしで接続を閉じた。{ $clauses }
bare-end-cannot-tell = サーバが閉じた理由（アラートを送っていない。サーバのログで分かる）
bare-end-or-other = サーバが別の理由で閉じた可能性もある
bare-end-summary = { $who }の証明書と Finished の { $span }後に、{ $service } がアラートなしで閉じた。クライアント証明書をこのように拒否するサーバがある
bare-end-certificate = { $who }の最後のハンドシェイクレコード（サイズから見て、その前のレコードに証明書がある）
bare-end-closes = { $span }後、サーバがチケット、アラート、データなしに閉じる
bare-end-or-close = 障害など、別の理由でサーバが閉じた可能性もある（サーバのログで分かる）

# 証明書の後で中止するクライアント
client-gave-up-summary = { $who }が証明書の後で{ $service } とのハンドシェイクを打ち切った：Certificate Verify と Finished の代わりにアラートと同じ短さのレコードがあり、署名できなかったと考えられる
client-gave-up-certificate = 証明書ほどの大きさの{ $who }のレコード
client-gave-up-alert = アラートと同じ短さの{ $who }の最後のレコード
client-gave-up-cannot-tell = どのアラートで、理由は何か（TLS 1.3 では暗号化される。{ $who }のログで分かる）
client-gave-up-or-closed = { $who }がハンドシェイク全体を一つのレコードに入れ、その後 close_notify で正常に閉じた可能性もある
client-gave-up-log = { $who }のログで、証明書の秘密鍵があり使用できるか（トークン、TPM、権限）、どの署名アルゴリズムに対応しているかを確認してください

# handshake-refused: behind the Server Hello
server-broke-off-summary = { $service } は Server Hello の直後に、暗号化されたアラートで{ $who }とのハンドシェイクを打ち切った
server-broke-off-hello = Server Hello
server-broke-off-alert = Encrypted Extensions があるべき位置の、アラートしか入らない長さのレコード
server-broke-off-cannot-tell = どのアラートか（TLS 1.3 では暗号化される。サーバは、未知のサーバ名や、共通のアプリケーションプロトコル（ALPN）がないことを、この時点で検出する）
server-broke-off-log = 理由を { $server } のログで確認してください

# 途中の機器が応答する
in-between-summary = { $service } への要求に経路上の機器が HTTP { $status } { $reason } で応答した：{ $who }
in-between-product = { $product } のページである
in-between-portal = キャプティブポータルが先にサインインを求めている
in-between-page = 応答に「{ $mark }」がある（{ $product } のページの特徴）
in-between-or = サービス自身の応答である可能性もある。要求が届いたかどうかはそのログで分かる
in-between-sign-in = { $device } をキャプティブポータルでサインインさせるか、サインインなしで通過できるようにしてください
