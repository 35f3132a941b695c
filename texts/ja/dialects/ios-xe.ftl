# IOS XE: スイッチとルータ。
-device = 機器

proxy-authentication-required-exempt = { $device } が認証なしで { $target } に到達できるようにしてください（IOS XE は 17.9.2 の時点で認証プロキシに対応していません）
server-certificate-rejected-pool = { -device }のトラストプールを更新してください（17.3.4 および 17.6.1 より前のイメージには IdenTrust Commercial Root CA 1 がありません）
recapture-files = バッファに収まらない分はファイルセットに記録します（IOS XE 17.12 以降。それより前は「buffer size 100」）
recapture-wait = 通信を起こさずに定期レポートを待つ場合は、バッファの代わりに「{ $buffer }」を使います（IOS XE 17.12 以降）
