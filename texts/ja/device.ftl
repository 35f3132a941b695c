# 機器自身のログ (--log) について述べる文。

# ログとキャプチャの突き合わせ
device-log-contradicts = { $log } の { $line } 行目には{ $says }とあるが、キャプチャでは{ $shows }
device-log-contradicts-no-connection = 接続が一つもなく、証明書を検証できたはずがない
device-log-contradicts-no-certificate = 欠落のないこの接続でサーバ証明書が一度も届いていない
device-log-contradicts-http = サーバの応答（HTTP ステータス { $status }）が記録されている
device-log-contradicts-answered = ハンドシェイク後にサーバが { $bytes } バイトの暗号化データを送っている
device-log-contradicts-resolved = 名前解決に成功しており（応答 { $address }）、{ -device }はそのアドレスへ接続している
device-log-contradicts-alert = { $side ->
    [client] クライアント
    [server] サーバ
   *[other] { $side }
}からの { $alert } でこの接続が終了している
device-log-contradicts-never-connected = この試行の SYN に一度も応答がない
device-log-contradicts-other-path = この行は、キャプチャに含まれない別の試行（別のインターフェイスや VRF、HA の別メンバー）のものかもしれない
device-log-contradicts-cannot-tell = { -device }がどちらの原因を指しているか（IOS XE は多くの原因を同じメッセージで記録するため、フレームの内容に従った）

# 回線上では暗号化されている応答
refused-by-service = ネットワークと TLS に問題はないが、ライセンスサービスが要求を拒否した：{ $says }
refused-by-service-http = ネットワークと TLS に問題はないが、{ -device }のログによると応答は HTTP のエラーだった：{ $says }
refused-by-service-empty = ネットワークと TLS に問題はないが、{ -device }のログによると応答は空だった：{ $says }
refused-by-service-unusable = ネットワークと TLS に問題はないが、{ -device }のログによると応答の内容を利用できなかった：{ $says }
device-failure-beside = 回線上では{ $service } との通信が成立しているが、{ -device }のログはライセンスの失敗を示している：{ $says }
device-failure-before = 回線上では{ $service } との通信が成立しているが、{ -device }のログは、{ -device }の時計でその { $span }前のライセンスの失敗を示している：{ $says }
device-failure-after = 回線上では{ $service } との通信が成立しているが、{ -device }のログは、{ -device }の時計でその { $span }後のライセンスの失敗を示している：{ $says }
device-failure-beside-evidence = ここまで双方向の通信は成立している。失敗の記録は { $log } の { $line } 行目にある
device-failure-beside-cannot-tell = { -device }で何が失敗したか（応答は暗号化されているか、内容に異常がない。この行が別の試行のものである可能性もある）
refused-by-service-evidence = ここまで双方向の通信は成立している。応答の内容は { $log } の { $line } 行目にある
refused-by-service-cannot-tell = キャプチャ内の応答そのもの（暗号化されている）

# 機器の時計
device-clock-off-fast = { -device }の時計がキャプチャより { $span }進んでいる（ログ行と試行の対応 { $pairs } 組、{ $log }）。1 時間を超えるずれがあるとトラストコードはインストールされない
device-clock-off-slow = { -device }の時計がキャプチャより { $span }遅れている（ログ行と試行の対応 { $pairs } 組、{ $log }）。1 時間を超えるずれがあるとトラストコードはインストールされない
device-clock-off-evidence = この試行は、その時刻差を見込んで初めてログの行と対応する
device-clock-off-or-capture = キャプチャした側の時計がずれている可能性もある。{ -device }自身で取得したキャプチャなら、時計はログと同じになる
device-clock-off-set = 時刻を合わせ、NTP で同期させてください
device-clock-off-verify = 「show clock detail」の時刻源が NTP で、時刻が正しい

# 機器のアドレスを引き継いだ別の筐体
chassis-changed-serials = アドレス { $device } を 2 台のシャーシが続けて使っている（{ $before }、次に { $now }）。冗長構成の切り替わり、またはハードウェアの交換と推定される
chassis-changed-hardware = アドレス { $device } のハードウェアアドレスが { $before } から { $now } に変わった。冗長構成の切り替わりかハードウェアの交換の可能性がある
chassis-changed-named = { -device }が名乗る製品 ID とシリアル番号：{ $instance }
chassis-changed-announced = ARP：{ $hardware } が、要求されていないのに { $device } のアドレスを通知している（gratuitous ARP）
chassis-changed-claimed = ARP：{ $hardware } が { $device } のアドレスを持つと応答している
chassis-changed-or-translation = 同じアドレス変換の内側にある 2 台が、それぞれ 1 回ずつレポートした可能性がある
chassis-changed-or-same-address = 誤って 2 台に同じアドレスが設定されているか、ルータが別のホストの代わりに応答している（proxy ARP）可能性がある
chassis-changed-cannot-tell = 切り替わった理由と、各シャーシがトラストコードを持つかどうか（各シャーシの show license status で分かる）
chassis-changed-do = 冗長構成の両方のシャーシにトラストコードがあることを確認してください。トークンの最大使用回数は 2 以上とし、コマンドの末尾にキーワード all を付けます。交換したハードウェアは新しい製品インスタンスになり、古い方は削除するまでライセンス数を保持します

# キャプチャなし: 判定
device-failure-name = { -device }のログによると、ライセンスサービスの名前を解決できていない：{ $says }
device-failure-certificate = { -device }のログによると、証明書を受け入れていない：{ $says }
device-failure-revocation = { -device }のログによると、失効情報を取得できていない：{ $says }
device-failure-empty = { -device }のログによると、応答が空だった：{ $says }
device-failure-off = { -device }のログによると、ライセンス用のトランスポートが有効になっていない：{ $says }
device-failure-http = { -device }のログによると、HTTP のエラー応答が返っている：{ $says }。したがってネットワークは通じており、TLS を使う場合は TLS にも問題はない
device-failure-not-connected = { -device }のログによると、接続できていない：{ $says }
device-failure-not-sent = { -device }のログによると、メッセージを送信できていない。どの段階かは記録されていない：{ $says }
device-failure-registration = { -device }のログによると、登録またはその更新に失敗している：{ $says }
device-failure-too-old = { -device }のログによると、SSM On-Prem が古く、ポリシーに基づくレポートに対応していない：{ $says }
device-failure-agent = { -device }のライセンスエージェントがエラーを記録している：{ $says }
device-failure-refused = ライセンスサービスは応答したうえで要求を拒否している：{ $says }。ネットワークと TLS に問題はない
device-failure-silent = { -device }のログによると、応答が返ってきていない：{ $says }。ネットワーク、プロキシ、TLS のいずれかの問題
device-failure-trust = { -device }のログによると、信頼の確立に失敗している：{ $says }
device-failure-unspecified = { -device }のログによると、通信に失敗している。理由は記録されていない：{ $says }
device-success = { -device }のログによると、ライセンス通信は成功している：{ $says }
device-success-counted = { -device }のログによると、ライセンス通信は成功している：直近のメッセージには応答がある
device-nothing = { $lines } 行の中に、ライセンスの失敗や成功を示す記録は見つからなかった
device-nothing-quoted = { $lines } 行の中に、ライセンスの失敗や成功を示す記録は見つからなかった。ライセンスエージェントの最後のメッセージは { $says }
device-cannot-tell-who = 通信を打ち切ったのがどちらの側か、どの段階か（キャプチャがなければ分からない）
device-cannot-tell-answered-by = 応答したのがサービス自身か、その手前のプロキシか
device-cannot-tell-success = 接続がどう進んだか（キャプチャがなければ分からない）
device-cannot-tell-capture = ログにある試行がどう進んだか（キャプチャにはどれも含まれておらず、取得した時刻またはインターフェイスが異なる）

# アクセスポイントの接続
device-failure-beside-join = 回線上では{ $service } との通信が成立しているが、ログによると join に失敗している：{ $says }
device-success-join = ログによると、アクセスポイントはコントローラに join している：{ $says }
device-join-dates = ログによると、アクセスポイントの join 時に、有効期間の問題で証明書が受け入れられていない：{ $says }
device-join-certificate = ログによると、アクセスポイントの join 時に証明書が受け入れられていない：{ $says }
device-join-authorised = ログによると、コントローラがアクセスポイントを許可していない：{ $says }
device-join-silent = ログによると、アクセスポイントとコントローラが互いの応答を待ち、タイムアウトしている：{ $says }
device-join-unspecified = ログによると、アクセスポイントが join できていない。理由は記録されていない：{ $says }
device-cannot-tell-join = どちらの証明書またはパケットで、どの段階か（UDP 5246 番と 5247 番ポートのキャプチャがなければ分からない）
device-join-clock-do = コントローラとアクセスポイントの時刻が正しいか確認してください（証明書はその時刻で判定されます）
device-join-dates-do = アクセスポイントの証明書の期限が切れている場合は、そのアクセスポイントを使う間、製造元の期限切れ証明書をコントローラで許可してください
device-join-silent-do = アクセスポイントとコントローラの間で、UDP 5246 番と 5247 番ポートを IP フラグメントも含めて双方向に許可してください（証明書は 1 パケットに収まりません）
device-join-look-do = アクセスポイントがどこまで進んだか、どの証明書が送られているかをコントローラで確認してください
device-join-verify = コントローラの一覧でアクセスポイントが join 済みになっている

# キャプチャなし: 対処
device-do-name = ライセンス通信で使う VRF で { $host } を名前解決できるようにしてください
device-do-cslu = サービスの場所を{ -device }に設定してください。新しい{ -device }の既定は CSLU で、cslu-local という名前で検索します。CSLU のアドレスを設定するか、DNS でこの名前を解決できるようにします。CSLU を使わない場合は別のトランスポートを選びます
device-do-inspection = { $host } を TLS インスペクション（SSL 復号）の対象から除外してください（{ -device }は社内の認証局を信頼していません）
device-do-trustpool = 時刻が正しいことと、サービスのルート証明書（クラウドでは IdenTrust Commercial Root CA 1）を{ -device }が信頼していることを確認してください
device-do-send = 時刻が正しいことと、サービスのルート証明書を{ -device }が信頼していることを確認してください（このルート証明書がないと、Call Home はこのメッセージを出して失敗します）
device-do-certificate-name = URL のアドレス { $host } を、サービスの証明書にあるホスト名に置き換えてください（証明書はホストを名前で示します）。その名前を{ -device }で解決できる必要があります
device-do-certificate-own = サービスの証明書の名前が URL と同じ { $host } であること（SSM On-Prem では Host Common Name）、{ -device }の時刻から見て有効期間内であること、SLA-TrustPoint に Cisco Licensing Root CA があることを確認してください
device-do-revocation = 失効確認を無効にしてください（On-Prem の失効リストは取得できないことが多いためです）
device-do-empty = SSM On-Prem ではトランスポートを cslu にし、Inventory > General に表示される URL を使ってください（バージョン { -gate-on-prem-policies } 以降が必要です）
device-do-upgrade-on-prem = SSM On-Prem を { -gate-on-prem-policies } 以降にアップグレードしてください
device-do-http-url = URL を修正してください（サービスは応答していますが、設定された URL を認識していません）
device-do-http-proxy = プロキシで { $host } への要求を認証なしで許可してください（407 はプロキシの応答です）
device-do-http-forbidden = { $host } がこの{ -device }を拒否する理由を確認してください（サービスのログ、{ -device }のアカウント、代わりに応答した可能性のある途中のプロキシのポリシー）
device-do-http-wait = 1 時間待ってから再試行してください（サービスは要求の数を制限しています）
device-do-http-server = 要求が届いた { $host } のログ、または途中のプロキシのログを確認してください（500 番台のエラーは応答した側の問題で、後で再試行すると成功することもあります）
device-do-http-vendor = 時間をおいて再試行してください（500 番台のエラーは、応答した { $host } または途中のプロキシの問題です）。続く場合は、ベンダのサポートにケースを開いてください
device-do-transport = スマートトランスポートを有効にしてください
device-do-call-home = Call Home でライセンスの送信を有効にしてください（有効なプロファイルに reporting smart-licensing-data を設定します）
device-do-register = 有効期限内で使用回数の残っているトークンで登録し、トークンが正しいアカウントのものであることを確認してください
device-do-read-on = このメッセージと前後の記録を確認してください（エージェントが失敗した内容を記録しています）
device-do-token = 応答の内容を確認してください。サービスが{ -device }を認識していない場合は、使用回数の残っているトークンで信頼を確立し直します
device-do-trust = 時刻のずれが 1 時間以内であることを確認し、信頼を確立し直してください
device-do-reach = ライセンス通信の送信元インターフェイスから { $host } へ到達できるか確認してください（ポートが開いていれば到達しています。ICMP の ping では判断できません）
device-do-reach-proxy = ライセンス通信の送信元インターフェイスから、設定されているプロキシ { $proxy } へ到達できるか確認してください（ポートが開いていれば到達しています。ICMP の ping では判断できません）
device-do-allow = { -device }から { $host } への通信を、アドレスではなく名前で、TLS インスペクションなしで許可してください
device-do-allow-proxy = { $proxy } で、{ -device }から { $host } への接続を認証と TLS インスペクションなしで許可し、その前後のファイアウォールでも通過させてください
device-do-capture = 試行を 1 回キャプチャし、どちらの側が終了させているかを確認してください
device-do-capture-beside = 試行を 1 回キャプチャし、どちらの側が終了させているかを確認してください（{ -device }自身か、その手前のスイッチポート（SPAN）で取得します）
device-do-capture-verify = そのキャプチャと同じ --log を指定した tlswalk が、終了させた側を示す
device-collect = ライセンスに関する{ -device }の出力を取得してください
device-collect-verify = その出力を tlswalk --log に指定すると、{ -device }のメッセージが認識される
device-verify = 信頼の確立または通信の回復がログに記録される
device-verify-registration = 「show license status」に REGISTERED が表示される
device-verify-agent = このメッセージが再び記録されず、{ -device }が失敗を報告しない

# 画面
device-label-log = ログ
device-label-says = 記録
device-lines = { $lines } 行中 { $recognised } 行を認識
device-forms = 記録 { $entries } 件（{ $forms }）
device-cut = 長すぎて途中までしか読まなかった行：{ $count } 行
device-dropped = 保持しなかった古い記録：{ $count } 件
device-ended = 途中で読み込みを終了：{ $why }
device-mark-not-set = 時計が未設定（*）
device-mark-not-synchronised = NTP の同期が外れている（.）
device-offset-none = 時計はキャプチャと一致
device-offset-ahead = 記録上の時刻がキャプチャより { $span }進んでいる
device-offset-behind = 記録上の時刻がキャプチャより { $span }遅れている
device-offset-pairs = { $pairs ->
    [0] 仮定
   *[other] 対応 { $pairs } 組
}
device-span = { $hours } 時間 { $minutes } 分
device-utc-agrees = メッセージ内の時刻はキャプチャと一致しており、差はタイムゾーンによるもの
device-offset-unknown = 時刻をキャプチャと対応付けられないため、どの試行にも結び付けていない
device-supports = { -device }自身のログも同じ内容を記録している（{ $log } の { $line } 行目）
device-contradicts = キャプチャと矛盾
device-more = ほか { $count } 件（JSON レポートに全件）
device-counted = 試行 { $total } 回、成功 { $success } 回、失敗 { $fail } 回
device-ongoing = 現在 { $count } 回連続で失敗
device-standing-works = 正常
device-standing-no-reply = 応答なし：ネットワーク、プロキシ、TLS のいずれか
device-standing-refused = サーバが応答し、拒否している：TLS に問題はない
device-standing-fails = 失敗
device-transport = トランスポート { $transport }
device-proxy = プロキシ { $proxy } 経由
device-vrf = VRF { $vrf }
device-trust-code = トラストコード：{ $trust }

# ログ：機器の状態
device-fact-offline = { -device }の出力ではトランスポートがオフである。レポートはファイルで行うため、通信がないのが正常である
device-fact-offline-until = { -device }の出力ではトランスポートがオフである。レポートはファイルで行うため、通信がないのが正常である。次の確認応答（ACK）の期限は { $deadline }
device-fact-reservation = { -device }の出力に予約がある：{ $says }
device-fact-reload = { -device }の出力では、ライセンスがリセットされ、再起動待ちである
device-fact-trust-missing = { -device }の出力では、冗長構成のメンバーにトラストコードがない：{ $member }
device-fact-token = { -device }の出力では、トークンの使用回数が残っていない
device-fact-offline-do = ファイルでレポートし、確認応答（ACK）を取り込んでください。オフラインにする意図がなければ、トランスポートを有効にします（tlswalk explain offline）
device-fact-reservation-do = 予約からレポートに移行してください。使用状況を保存し、アカウントに登録し、確認応答（ACK）を取り込みます（tlswalk explain reservation）
device-fact-reload-do = メンテナンス時間帯に{ -device }を再起動してください。ライセンスのリセットは再起動で有効になります（tlswalk explain factory-reset）
device-fact-trust-missing-do = 使用回数が 2 以上のトークンとキーワード all を使い、冗長構成の全メンバーで信頼を確立してください（tlswalk explain high-availability）
device-fact-token-do = 使用回数の残っているトークン（冗長構成では 2 以上）を作成し、全メンバーで信頼を確立してください（tlswalk explain high-availability）
device-fact-verify = 次の内容が出力からなくなる：{ $says }
