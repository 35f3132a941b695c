# ほかのすべての文が使う部品。値は { $braces } に入る。構文は projectfluent.org を参照。

verbatim = { $text }

# 節の連結
list = { $head }、{ $last }
list-separator = 、

# 時間の長さ
seconds = { $seconds } 秒
span-days = { $count } 日
span-hours = { $count } 時間
span-minutes = { $count } 分
span-seconds = { $count } 秒
