## tlswalk config：有効な設定と、その出所

config-file = 設定ファイル：{ $value }
config-no-file = 設定ファイルなし：{ $value } は存在しません
config-no-folder = 設定ファイルなし：ホームフォルダが不明です（HOME も XDG_CONFIG_HOME も設定されていません）
config-sites = サイト：{ $value }
config-command-line = コマンドライン
config-environment = 環境変数 { $value }
config-site = サイト { $value }
config-in-file = 設定ファイル
config-locale = ロケール
config-built-in = 既定値
config-nearby = 注意：このフォルダの { $value } は自動では読み込まれません（--config { $value } で指定）
config-unknown-variable = 注意：環境変数 { $value } は読み込まれません（{ $near } の誤りでは）

## tlswalk serve：キャプチャをドロップするページ

serve-title = この TLS 接続はなぜ失敗したのか
serve-intro = パケットキャプチャ（pcap、pcapng、圧縮ファイルも可）、機器のログ、またはその両方を選んでください
serve-capture = キャプチャ
serve-log = 機器のログ
serve-roots = 信頼するルート証明書（PEM）
serve-all = ライセンス通信だけでなくすべての TLS 接続を判定する
serve-language = レポートの言語
serve-more = その他のオプション
serve-judge = 判定する
serve-drop = このページのどこにドロップしてもかまいません
serve-private = ファイルはこの端末から出ません。このページは tlswalk 自身が提供しており、保存も送信もしません
serve-busy = 読み込み中…
serve-another = 別のキャプチャ
serve-downloads = ダウンロード
serve-page = このページを保存
serve-slice = 判定に必要なフレームを保存（pcapng）
serve-json = JSON で保存
serve-refused = レポートはありません
serve-too-large = ファイルが上限を超えています。--max-upload を指定して起動してください
serve-lost = tlswalk が応答しません。まだ動作していますか
