# トリアージ: 多数のキャプチャをまとめて判定する。表の見出し、行、文の順。

triage-captures = キャプチャ
triage-captures-counted = キャプチャ { $shown } 件
triage-attempts = 試行
triage-examples = 例
triage-not-read = 読み取り不能
triage-not-read-heading = 読み取れなかったもの
triage-partial-heading = 最後まで読み取りまたは判定ができなかったもの
triage-others-heading = キャプチャではないもの
triage-by-verdict = 判定別
triage-rows = 試行（深刻な順）

triage-title = { $shown } 件のキャプチャのトリアージ
triage-more = … ほか { $count } 件は -f csv で表示
triage-more-attempts = ほか { $count } 回の試行

# 最後の行
triage-clauses = { $text }、{ $next }
triage-counted = キャプチャ { $shown } 件、試行 { $attempts-shown } 回
triage-speed = { $time }で { $size }（{ $captures } 件/秒、{ $rate }/s）
triage-seconds = { $count } 秒
triage-milliseconds = { $count } ミリ秒
triage-partial = 最後まで読み取りまたは判定ができなかったキャプチャ { $shown } 件
triage-known = 前回までに判定済み { $count } 件
triage-others = キャプチャではないファイル { $count } 件

# ファイルについての注記
triage-note-grew = 読み取り中に { $before } バイトから { $after } バイトに増えたため、先頭の { $before } バイトを判定
triage-note-shrank = 読み取り中に { $before } バイトから { $after } バイトに減った
triage-note-changed = 読み取り中に変更された
triage-note-vanished = 読み取り中に移動または削除された
triage-note-again = 報告後に変更された（当時 { $before } バイト、現在 { $after } バイト）
triage-note-ring = リングバッファの { $count } ファイルを一つとして読み取り
triage-folder = 共通のフォルダ：{ $folder }
