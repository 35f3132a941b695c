# 機器自身のログ (--log) について述べる文。

# ログとキャプチャの突き合わせ
device-log-contradicts = { $log } の { $line } 行目は「{ $says }」と述べているが、キャプチャでは{ $shows }
device-log-contradicts-no-connection = 接続そのものが見当たらず、証明書を検証できたはずがない
device-log-contradicts-no-certificate = 欠落のないこの接続でサーバ証明書が一度も届いていない
device-log-contradicts-http = サーバの応答 (HTTP ステータス { $status }) が記録されている
device-log-contradicts-answered = ハンドシェイク後にサーバが { $bytes } バイトの暗号化データを送っている
device-log-contradicts-resolved = 名前解決に成功しており (応答 { $address })、コントローラはそのアドレスへ接続している
device-log-contradicts-alert = { $side ->
    [client] クライアント
    [server] サーバ
   *[other] { $side }
}からの { $alert } でこの接続が終了している
device-log-contradicts-never-connected = この試行の SYN に一度も応答がない
device-log-contradicts-other-path = この行は、キャプチャに含まれない別の試行 (別のインターフェイスや VRF、HA の別メンバー) のものかもしれない
device-log-contradicts-cannot-tell = 機器がどちらを指していたか。IOS XE は多くの原因を同じ文言で記録するため、フレームの内容を優先した

# 回線上では暗号化されている応答
refused-by-service = ネットワークと TLS に問題はないが、ライセンスサービスが要求を拒否した: { $says }
refused-by-service-evidence = ここまで双方向の通信は成立している。応答の内容は { $log } の { $line } 行目にある
refused-by-service-cannot-tell = キャプチャ内の応答そのもの。暗号化されている

# 機器の時計
device-clock-off-fast = コントローラの時計がキャプチャより { $span }進んでいる (ログ行と試行の対応 { $pairs } 組、{ $log })。1 時間を超えるずれがあるとトラストコードはインストールされない
device-clock-off-slow = コントローラの時計がキャプチャより { $span }遅れている (ログ行と試行の対応 { $pairs } 組、{ $log })。1 時間を超えるずれがあるとトラストコードはインストールされない
device-clock-off-evidence = この試行は、その時刻差を見込んで初めてログの行と対応する
device-clock-off-or-capture = キャプチャした側の時計がずれている可能性もある。コントローラ自身で取得したキャプチャなら、時計はログと同じになる
device-clock-off-set = 時刻を合わせ、NTP で同期させる
device-clock-off-verify = show clock detail の時刻源が NTP で、時刻が正しいこと

# キャプチャなし: 判定
device-failure-name = コントローラのログによると、ライセンスサービスの名前を解決できていない: { $says }
device-failure-certificate = コントローラのログによると、証明書を受け入れていない: { $says }
device-failure-revocation = コントローラのログによると、失効情報を取得できていない: { $says }
device-failure-empty = コントローラのログによると、応答が空だった: { $says }
device-failure-off = コントローラのログによると、ライセンス用のトランスポートが有効になっていない: { $says }
device-failure-refused = ライセンスサービスは応答したうえで要求を拒否している: { $says }。ネットワークと TLS に問題はない
device-failure-silent = コントローラのログによると、応答が返ってきていない: { $says }。ネットワーク、プロキシ、TLS のいずれかの問題
device-failure-trust = コントローラのログによると、信頼確立に失敗している: { $says }
device-failure-unspecified = コントローラのログによると、通信に失敗している。理由は記録されていない: { $says }
device-success = コントローラのログによると、ライセンス通信は成功している: { $says }
device-success-counted = コントローラのログによると、ライセンス通信は成功している: 直近のメッセージには応答がある
device-nothing = { $lines } 行の中に、ライセンスに関する記録は見つからなかった
device-cannot-tell-who = 通信を打ち切ったのが誰か、どの段階か。キャプチャがなければ分からない
device-cannot-tell-success = 接続がどう進んだか。キャプチャがなければ分からない
device-cannot-tell-capture = ログにある試行がどう進んだか。キャプチャにはどれも含まれておらず、取得した時刻かインターフェイスが違う

# キャプチャなし: 対処
device-do-name = ライセンス通信で使う VRF で { $host } を名前解決できるようにする
device-do-inspection = { $host } を TLS インスペクション (SSL 復号) の対象から除外する。コントローラは社内 CA を信頼していない
device-do-trustpool = 時刻が正しいこと、トラストプールにサービスのルート証明書があることを確認する。17.3.4 より前のイメージには IdenTrust のルートがない
device-do-revocation = On-Prem の CRL は取得できないことが多いので、失効確認を無効にする
device-do-empty = SSM On-Prem ではトランスポートを cslu にし、Inventory > General に表示される URL を使う。バージョン 8-202102 以降が必要
device-do-transport = Smart Transport を有効にする
device-do-token = 応答の内容を確認する。機器が認識されていなければ、使用回数の残っているトークンで信頼を確立し直す
device-do-trust = 時刻のずれが 1 時間以内であることを確認し、信頼を確立し直す
device-do-reach = ライセンス通信の送信元インターフェイスから { $host } へ到達できるか確認する。Open と表示されれば到達できている。ping では判断できない
device-do-allow = コントローラから { $host } への通信を、アドレスではなく名前で、TLS インスペクションなしで許可する
device-do-capture = 試行を 1 回キャプチャし、誰が打ち切っているかを確認する
device-do-capture-verify = そのキャプチャと同じ --log を tlswalk に渡す
device-collect = ライセンスに関する出力を取得する
device-collect-verify = その出力を tlswalk --log に渡す
device-verify = show logging に %SMART_LIC-6-TRUST_INSTALL_SUCCESS または %SMART_LIC-5-COMM_RESTORED が出ること

# 画面
device-label-log = ログ
device-label-says = 記録
device-lines = { $lines } 行中 { $recognised } 行を認識
device-cut = 長すぎて途中までしか読まなかった行: { $count } 行
device-dropped = 保持しなかった古い記録: { $count } 件
device-ended = 途中で読み込みを終了: { $why }
device-mark-not-set = 時計が未設定 (*)
device-mark-not-synchronised = NTP の同期が外れている (.)
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
device-supports = コントローラ自身のログも同じ内容を記録している ({ $log } の { $line } 行目)
device-contradicts = キャプチャと矛盾
device-more = ほか { $count } 件は JSON レポートを参照
device-counted = 試行 { $total } 回、成功 { $success } 回、失敗 { $fail } 回
device-ongoing = 現在 { $count } 回連続で失敗
device-standing-works = 正常
device-standing-no-reply = 応答なし: ネットワーク、プロキシ、TLS のいずれか
device-standing-refused = サーバが応答し、拒否している: TLS は正常
device-standing-fails = 失敗
device-transport = トランスポート { $transport }
device-proxy = プロキシ { $proxy } 経由
device-vrf = VRF { $vrf }
device-trust-code = トラストコード: { $trust }
