# 各ルールが述べる文。RULES の順に、ルールごとに一節。

## server-certificate-rejected

server-certificate-rejected-root-or-intermediate = 提示されていない { $issuer } が何か。クライアントが持たないルート認証局なのか、サーバが送るべき中間認証局なのかは、キャプチャからは分からない
