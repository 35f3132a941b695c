# IOS XR。
-device = ルータ

verify-trust = 「{ $command }」の実行後、「show logging」に %SMART_LIC-6-TRUST_INSTALL_SUCCESS が出力される
verify-response = 「{ $command }」の実行後、「show license status」に最近の応答が表示される
log-of-device-expect = ログに理由が記録されている、または「show license status」に最近の応答が表示される
device-verify-agent = このメッセージが再び記録されず、「show license all」に失敗が表示されない
vendors-server = Cisco が運用するサーバ
vendors-case = このサーバを変更できるのは Cisco だけです。Cisco TAC にケースを開き、次を依頼してください：{ $action }
