## tlswalk config：有効な設定と、その出所。

config-file = 設定ファイル：{ $value }
config-no-file = 設定ファイルなし：{ $value } は存在しません。
config-no-folder = 設定ファイルなし：ホームフォルダが不明です（HOME も XDG_CONFIG_HOME も設定されていません）。
config-sites = サイト：{ $value }
config-command-line = コマンドライン
config-environment = 環境変数 { $value }
config-site = サイト { $value }
config-in-file = 設定ファイル
config-locale = ロケール
config-built-in = 既定値
config-nearby = 注意：このフォルダの { $value } は自動では読み込まれません。読み込むには --config { $value } と指定します。
config-unknown-variable = 注意：環境変数 { $value } は読み込まれません。{ $near } ではありませんか。
