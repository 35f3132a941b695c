# ASA。
-device = ファイアウォール
