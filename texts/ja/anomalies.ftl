# キャプチャの異常、ファイルの破損箇所、証明書チェーンをたどれない理由を述べる節。

nanoseconds = { $count } ナノ秒
microseconds = { $count } マイクロ秒
milliseconds = { $count } ミリ秒

anomaly-wrong-checksums = 最初の { $tried } 個の TCP チェックサムのうち { $wrong } 個が誤り。ネットワークカードがキャプチャ後に計算する環境の特徴であり、許容する
anomaly-wireless-clients = { $count } 本の接続が CAPWAP の中を通っている（ワイヤレスクライアントのもので、トンネルの両端のものではない）
anomaly-wireless-clients-also = { $count } 本の接続が CAPWAP の中を通っている（ワイヤレスクライアントのもので、トンネルの両端のものではない。{ $name } を要求する { $one } と { $other } の接続を含む）
anomaly-quic = { $name } への QUIC の試行 { $count } 件（最初は { $client }）。ここでは判定しない（--all で判定）
anomaly-quic-unanswered = { $name } への QUIC の試行 { $count } 件（最初は { $client }）、応答なし。ここでは判定しない（--all で判定）
anomaly-redaction-emptied = { $count } フレームの一部または全部を秘匿化で消去した。秘匿化が扱うのは TCP と DNS だけで、トンネル（CAPWAP、GRE、VXLAN）、フラグメント、その他の UDP とプロトコルの中身は、上の件数に含まれない
anomaly-overlap-differs = フレーム { $frame } に、{ $who }のストリームの同じ位置（{ $client } → { $server }）で先にキャプチャされたものと異なるバイトがある：「{ $kept }」に対して「{ $other }」。先のものを使う
anomaly-bound-connections = 多すぎるため、TLS 接続 { $count } 本を保持していない
anomaly-bound-unconnected = 多すぎるため、確立しなかった接続 { $count } 本を保持していない
anomaly-bound-icmp = ICMP エラー { $count } 件を保持していない
anomaly-bound-events = 個々の接続のメッセージとレコード { $count } 件を保持していない
anomaly-bound-evicted = 同時に開いている接続が多すぎるため、{ $count } 本の追跡を途中で終えた
anomaly-bound-lookups = 名前解決 { $count } 件を保持していない
anomaly-fragments-incomplete = { $count } 個のデータグラムのフラグメントがそろわなかった
anomaly-record-without-packet = パケットではないレコード（カスタムブロック、システムコール、ジャーナル）がフレーム番号を持つ
anomaly-time-out-of-range = 時刻が 1678 年より前、または 2261 年より後を示している
anomaly-key-log-fits-none = キーログのどの秘密も、このキャプチャの接続に合わない
anomaly-eap-tls = EAP（802.1X または RADIUS）の中の TLS が { $count } フレームある。ここでは読まない。Wireshark では表示フィルタ「eap && tls」で見られる
anomaly-key-log-opened = キーログで { $count } 本の接続のハンドシェイクを復号した。読むのはメッセージとアラートで、アプリケーションデータは読まない
anomaly-no-time = ファイルに時刻がない
anomaly-times = { $detail }（{ $count } 回）
anomaly-numbering-uncertain = ファイルが { $places } か所で破損し、{ $lost } バイトを読み飛ばした。その中のフレーム数は不明で、以降の番号は読み取れたフレームを数えたもの
anomaly-time-goes-back = 前のフレームより古いフレームが { $count } 回、最大で { $span }戻っている
anomaly-gap-between-files = 二つのファイルの間に { $pause }の空白がある（ファイル内の空白は最大 { $longest }）。ファイルが足りない可能性がある
anomaly-zeros-after-end = 最後のレコードの後に { $count } 個のゼロバイト
anomaly-garbage-after-end = 最後のレコードの後に、レコードではない { $count } バイト
anomaly-unknown-block = 未知のタイプのブロックを読み飛ばした（最初は { $kind }）
anomaly-session-secrets = ファイルに暗号化セッションの秘密（Decryption Secrets Block）が入っており、ファイルを受け取った人は通信を復号できる。tlswalk slice の出力には入らない。TLS の秘密は、--keylog にこのファイルを指定した場合にだけ使う
anomaly-dump-without-date = テキストの時刻に日付がないため、1970 年として表示する。証明書の有効期間は --at を指定しない限り判定しない
anomaly-dump-with-relative-time = テキストの時刻は最初のパケットからの経過時間のため、1970 年として表示する。証明書の有効期間は --at を指定しない限り判定しない
anomaly-dump-without-zone = テキストの日時にタイムゾーンがないか、不明なタイムゾーンのため、UTC とみなす
anomaly-dump-time-missing = テキストにこのパケットの時刻がないため、直前のパケットの時刻を表示する
anomaly-dump-rows-missing = パケットの途中の行が欠けている（改ページで失われた場合など）。それより後のバイトはキャプチャされていないものとして扱う
anomaly-dump-rows-without-beginning = 先頭行の欠けたパケットの行がある。読み取らない
anomaly-dump-counts-from-zero = テキストはパケットを 0 から数えている。ここでは最初のパケットをフレーム 1 とする
anomaly-dump-counts-again = テキストの番号が途中で振り直されている。以降のフレームは続きの番号で数える
anomaly-dump-unrecognised = このフレームの前に、パケットとは認められない 16 進数のバイトがある。読み取らない
anomaly-too-many-interfaces = 一つのセクションに { $most } を超えるインターフェイスの記述がある。超過分は不明

# ファイルが途中で終わる、または破損している箇所
text-end-detail = フレーム { $after } の後、{ $offset } バイト目：{ $detail }。{ $lost } バイトをパケットとして読み取れない
damage-in-file = { $name } で、{ $detail }
damage-because = { $detail }：{ $why }
damage-and-nothing-behind = { $detail }、以降 { $mebibytes } MiB にレコードとみなせるものがない
damage-text-cut = テキストがパケットの途中で終わっている
damage-header-cut = レコードヘッダ { $len } バイトのうち { $there } バイトのみ
damage-record-claims = 長さ { $bytes } バイトと称するレコード
damage-record-cut = レコード { $len } バイトのうち { $there } バイトのみ
damage-too-few-for-block = ブロックには足りない { $len } バイト
damage-no-byte-order = バイトオーダーマークのないセクションヘッダ
damage-block-claims = 長さ { $claimed } バイトと称するタイプ { $kind } のブロック
damage-block-cut = ブロック { $len } バイトのうち { $there } バイトのみ
damage-block-contradicts = 先頭では { $claimed } バイト、末尾では { $trailer } バイトと称するブロック
damage-packet-too-short = フィールドに足りない長さのパケットブロック
damage-packet-lengths = { $wire } バイトのうち { $captured } バイトを保持すると称するパケット
damage-packet-claims = { $room } バイト分のブロックに { $captured } バイトあると称するパケット
damage-interface-unknown = { $declared } 個しか記述のないセクションで、インターフェイス { $index } のパケット
damage-section-too-short = フィールドに足りない長さのセクションヘッダ
damage-section-version = pcapng バージョン { $major } のセクション
damage-interface-too-short = フィールドに足りない長さのインターフェイス記述

# チェーンが成り立たない、または検証できない理由
chain-circle = 提示された証明書が互いに発行し合っている
chain-too-long = { $most } 枚以内にルート証明書がない
chain-wrong-signature = { $subject } の署名が { $issuer } の鍵によるものではない
chain-as-given = { $issuer }（出どころ：{ $origin }）
chain-as-presented = { $issuer }（提示されたもの）
chain-unchecked = { $issuer } による { $subject } の署名を検証できない：{ $why }
chain-too-many = { $most } 個を超える署名の検証が必要になる
chain-anchor-unreadable = ルート証明書の鍵を読み取れない
signature-unsupported = 鍵 { $key } による { $name } には未対応
