//! words → Word: the English and Japanese names of the things that claims are about, as data.
//!
//! In a pattern a space stands for spaces or a hyphen, and `~` for these, an underscore or nothing: `server~hello` is also
//! `ServerHello`.

use super::lexicon::Event::{self, Icmp, Step};
use super::lexicon::Word;

/// Words by their patterns.
pub(super) const WORDS: &[(Word, &str)] = &[
    (
        Word::Event(Step("client-hello")),
        "client~hello|client~hello message|クライアント hello",
    ),
    (Word::Event(Step("server-hello")), "server~hello|server~hello message"),
    (Word::Event(Step("server-hello-done")), "server~hello~done"),
    (Word::Event(Step("hello-retry-request")), "hello~retry~request|hrr"),
    (Word::Event(Step("hello-verify-request")), "hello~verify~request"),
    (Word::Event(Step("encrypted-extensions")), "encrypted~extensions"),
    (
        Word::Event(Step("certificate-request")),
        "ask for a certificate|asks for a certificate|asked for a certificate|asks the client for a certificate|asked the client for a certificate|asks the client for its certificate|requests a certificate|requested a certificate|request a certificate|request for a client certificate|request for the client certificate|request for the client's certificate|asks for the client's certificate|asks for the client certificate|ask for a client certificate|asking for a client certificate|demands a client certificate|demanded a client certificate|wants a client certificate|requests the client's certificate|certificate request message|証明書要求|証明書の要求|クライアント証明書の要求|certificate~request|asked for a client certificate|asks for a client certificate|requests a client certificate|requested a client certificate|クライアント証明書を要求",
    ),
    (Word::Event(Step("certificate-verify")), "certificate~verify"),
    (Word::Event(Step("certificate-status")), "certificate~status"),
    (Word::Event(Step("server-key-exchange")), "server~key~exchange"),
    (Word::Event(Step("client-key-exchange")), "client~key~exchange"),
    (Word::Event(Step("change-cipher-spec")), "change~cipher~spec|ccs"),
    (Word::Event(Step("finished")), "finished|finished message"),
    (
        Word::Event(Step("new-session-ticket")),
        "newsessionticket|new~session~ticket|session ticket",
    ),
    (
        Word::Event(Step("application-data")),
        "application data|アプリケーションデータ",
    ),
    (Word::Event(Step("syn-ack")), "syn~ack|syn/ack|syn,ack|syn, ack|syn+ack"),
    (Word::Event(Step("ack")), "ack|ack packet|ack segment|final ack"),
    (Word::Event(Step("syn")), "syn|syn packet|syn segment"),
    (
        Word::Event(Step("fin")),
        "fins|fin|fin~ack|fin/ack|fin,ack|fin, ack|fin packet|fin segment",
    ),
    (
        Word::Event(Step("reset")),
        "rsts|rst|rst~ack|rst/ack|rst,ack|rst, ack|tcp rst|tcp reset|rst packet|rst segment|reset packet|a reset",
    ),
    (
        Word::Event(Step("connect-request")),
        "connect request|http connect|sends connect|a connect|the connect|sent connect",
    ),
    (
        Word::Event(Step("http-request")),
        "http request|http リクエスト|http post|http get",
    ),
    (
        Word::Event(Step("http-response")),
        "http response|http answer|http レスポンス|http 応答",
    ),
    (
        Word::Event(Step("discovery-request")),
        "discovery~request|discovery~requests",
    ),
    (Word::Event(Step("discovery-response")), "discovery~response"),
    (
        Word::Event(Event::Alert),
        "alert|alert message|tls alert|alert record|アラート|警報|警告メッセージ",
    ),
    (
        Word::Event(Icmp),
        "icmp|icmp error|icmp unreachable|icmp message|icmp エラー",
    ),
    (Word::Alerts, "alerts|tls alerts"),
    (
        Word::Initial,
        "initial|initials|initial packet|initial packets|quic initial|quic initials",
    ),
    (Word::Syns, "syns|syn packets|syn segments"),
    (
        Word::Controller,
        "wlc|wireless controller|controller|wireless lan controller|c9800|catalyst 9800|コントローラ|コントローラー|ワイヤレスコントローラ|ワイヤレスコントローラー|コントローラ側",
    ),
    (
        Word::Client,
        "ap|the ap|アクセスポイント|無線アクセスポイント|アクセスポイント側|the laptop|the phone|送信元|client|the device|クライアント|クライアント側|access point|initiator|client side",
    ),
    (
        Word::Server,
        "destination|接続先|宛先|target server|far end|server|cssm|cisco cloud|the cloud|サーバ|サーバー|サーバ側|サーバー側|remote server|server side|responder",
    ),
    (
        Word::Proxy,
        "proxy|firewall|middlebox|middle box|プロキシ|プロキシー|ファイアウォール|load balancer|attacker|user|operator|dns server|dns サーバ|dns サーバー|name server|resolver|peer|other side|somebody|相手|相手側|somebody else|third party|something",
    ),
    (
        Word::Both,
        "both|both sides|either side|each side|双方|両方|いずれ|どちら|両者",
    ),
    (
        Word::Certificate,
        "certificate|cert|leaf|leaf certificate|certificate message|証明書",
    ),
    (Word::Certificates, "certificates|certs"),
    (Word::Chain, "chain|certificate chain|チェーン|証明書チェーン"),
    (Word::Root, "root|trust anchor|roots|truststore|trust store|ルート"),
    (
        Word::Not,
        "not one of|not a single one of|not one|not a single|none of|ないです|未|にあらず|あらず|もなく|がなく、|はなく、|確認できず|確認されず|見られず|観測されず|返らず|返されず|来ず|届かず|could not find|couldn't find|could not see|cannot find|can't find|cannot see|could find no|did not find|i see no|no sign of|no trace of|neither side|neither of them|nobody|no one|no-one|誰も|not|never|no|none|neither|cannot|didn't|doesn't|wasn't|isn't|hadn't|couldn't|hasn't|haven't|weren't|don't|aren't|can't|won't|lacks|lack of|lacking|missing|absent|absence of|failed to|fails to|nothing|nowhere|ない|なかった|なし|ません|無い|無し|無かった|おらず|欠けて|見当たら|不在",
    ),
    (Word::NotThen, "ずに|ないまま|ないで|せず|ず、"),
    (Word::Without, "without"),
    (Word::With, "with|で|において"),
    (Word::Or, "or|nor|または|又は|あるいは|も"),
    (Word::And, "and|also|then|および|及び|そして"),
    (
        Word::Break,
        "続いて|次いで|but|while|whereas|although|though|however|which|so|hence|therefore|after that|thereafter|ですが|だが|が、|一方|しかし|ため、|ので|ためで",
    ),
    (
        Word::Context,
        "after|following|before|in response to|in reply to|because of|due to|despite|upon|on receipt of|following the|prior to|behind|right after|immediately after|shortly after|once",
    ),
    (
        Word::ContextBefore,
        "後に|の後|のあと|あとに|に対して|に対し|に対する|を受けて|の前に|より前に|に続いて|直後",
    ),
    (
        Word::Instead,
        "instead of|rather than|in place of|as opposed to|の代わりに|ではなく|でなく|よりも",
    ),
    (Word::From, "from"),
    (Word::To, "to|towards|toward"),
    (Word::By, "by"),
    (Word::FromBefore, "から|からの"),
    (Word::ToBefore, "へ|への|宛|宛て|側へ|にまで"),
    (Word::ByBefore, "によって|により|による"),
    (Word::Until, "until|まで|through"),
    (Word::In, "in|at|on|within"),
    (Word::Of, "of|'s|の"),
    (
        Word::Is,
        "is|are|was|were|be|been|being|it's|です|である|だ|であり|でした|だった|は",
    ),
    (Word::Also, "too|as well|likewise|again|もまた|再び"),
    (Word::Only, "only|solely|のみ|だけ|exclusively"),
    (
        Word::First,
        "始まっ|から始ま|begins with the|begins with|starts with the|starts with|began with|started with|first|at first|initially|最初に|先に|最初",
    ),
    (
        Word::Here,
        "anywhere|in this capture|in the capture|in the entire capture|in the whole capture|キャプチャ全体|キャプチャ中|キャプチャ内",
    ),
    (
        Word::Send,
        "send|sends|sent|sending|transmitting|transmit|transmits|transmitted|returns|returned|raises|raised|emits|emitted|presents|presented|delivers|delivered|shows up with|送信|送っ|送ら|送り|送る|送付|送られ|返し|返さ|返す|返っ|返され|発し|出し|出さ|提示し|提示され|提示さ",
    ),
    (
        Word::Receive,
        "receive|receives|received|receiving|gets|got|sees|saw|was sent a|was sent the|受信|受け取|受け",
    ),
    (
        Word::Answer,
        "answer|answers|answered|answering|respond|responds|responded|response|responses|reply|replies|replied|応答|返答|返事|回答",
    ),
    (
        Word::Close,
        "close|closes|closed|closing|shut down|shuts down|closes the connection|クローズ|閉じ",
    ),
    (
        Word::End,
        "tears the connection down|tore the connection down|tears it down|tore it down|tear it down|hang up|brings it down|broken off|gives up|gave up|bails out|bailed out|breaks off|broke off|quits|kills|killed|cancels|cancelled|放棄|terminates|terminated|ends|ended|aborts|aborted|drops|dropped|disconnects|disconnected|tore down|tears down|hung up|hangs up|切断|終了|中断|打ち切|中止",
    ),
    (Word::Reset, "reset|resets|resetting|リセット"),
    (
        Word::Reject,
        "turns it down|turned it down|turned down|turns down|reject|rejects|rejected|rejecting|rejection|refuse|refuses|refused|refusing|refusal|declines|declined|did not accept|does not accept|didn't accept|did not trust|does not trust|didn't trust|distrusts|拒ん|拒み|拒む|拒否|拒絶|却下|受け入れなかっ|受け入れず|信頼しなかっ",
    ),
    (
        Word::Accept,
        "accept|accepts|accepted|trusts|trusted|受け入れ|受諾|信頼し",
    ),
    (
        Word::Hold,
        "holds|hold|contains|contain|carries|carry|carried|carrying|shows|show|has|have|had|includes|includes|含む|含み|含ん|含まれ|運ぶ|運ん|あります|ある|あった|あり|入って|格納|載って|見える|見られ",
    ),
    (
        Word::See,
        "we got|we get|we received|we receive|we have|i got|i get|you get|you got|we can see|you can see|can be seen|is seen|you see|you will find|we see|one sees|there is|there was|there are|there were|seen|observed|appears|appear|appeared|present|arrives|arrived|arrive|came|comes|come|follows|followed|visible|found|occurs|occurred|is in|was in|exists|existed|flows|flow|flowed|確認でき|確認され|見られ|現れ|届い|届か|来て|来な|来ま|到着|存在|観測|見え|見つか",
    ),
    (Word::Captured, "captured|recorded|キャプチャされ|記録され"),
    (
        Word::Offer,
        "の提示は|offer|offers|offered|offering|proposes|proposed|advertises|advertised|supports|supported|advertise|propose|提案|提供|対応|サポート|オファー|提示した",
    ),
    (
        Word::Choose,
        "ended up with|end up with|ends up with|ending up with|negotiate|negotiates|negotiated|chose|chooses|chosen|select|selects|selected|agreed on|agree on|picked|picks|uses|used|using|use|settled on|settles on|settle on|end up on|ends up on|ended up on|runs over|選び|spoke|speaks|over tls|negotiation|ネゴシエート|ネゴシエーション|選択|選ば|選ん|採用|使用|使わ|使っ|合意|用いら|用い|折衝|交渉",
    ),
    (
        Word::Complete,
        "reached its end|reach its end|reaches its end|reached the end|came to an end|wrapped up|went to completion|make it to the end|made it to the end|makes it to the end|ran to completion|runs to completion|run to completion|to completion|all the way through|went all the way|最後まで進ん|最後まで完了|complete|completes|completed|succeed|succeeds|succeeded|successful|successfully|went through|go through|goes through|gone through|established|was established|establish|完了|成功|確立|成立",
    ),
    (
        Word::Fail,
        "did not work|didn't work|does not work|doesn't work|did not go through|didn't go through|did not succeed|didn't succeed|did not go well|うまくいきません|うまくいかな|never connected|never connects|did not connect|fail|fails|failed|failure|unsuccessful|unsuccessfully|失敗",
    ),
    (
        Word::Expire,
        "有効期限切れ|past its notafter|past its not after|notafter date has passed|ran out|run out|validity is over|validity period is over|no longer within its validity|期限の切れた|期限の切れて|期限が切れた|有効期限はすでに過ぎ|期限はすでに過ぎ|有効期限が過ぎ|有効期限はもう過ぎ|期限はもう過ぎ|有効期限がすでに過ぎ|有効期限を過ぎ|期限を過ぎ|期限が過ぎ|期限を迎え|past its expiration|past its end date|lapsed|had run out|has run out|ran out before|out of date|past its expiry|past its validity|expire|expires|expired|期限切れ|期限が切れ|有効期限が切れ|失効して|切れてい|切れた|切れて",
    ),
    (
        Word::NotAfter,
        "is good until|good until|good till|good through|runs until|runs to|remains valid until|valid until|valid to|valid through|valid till|not~after|expires on|expired on|expiry|expiry date|expiration|expiration date|expires at|expired at|expired as of|ends on|ends at|end on|last day|last valid day|final day|end date|満了日|終了日|失効日|最終日|runs out on|runs out|runs out at|ran out at|will expire on|lapses on|lapsed on|expired since|has been expired since|ran out on|有効期限|有効期限は|有効期間の終わり|有効期間の終了|期限",
    ),
    (
        Word::NotBefore,
        "valid from|valid as of|starts on|begins on|starts being valid on|validity starts on|validity begins on|validity starts|validity begins|not~before|not valid before|becomes valid on|became valid on|valid since|valid only from|start date|first day|starting date|became usable|becomes usable|有効期間の開始|有効開始|開始日",
    ),
    (
        Word::NotYet,
        "not yet valid|not valid yet|isn't valid yet|wasn't valid yet|was not yet valid|まだ有効でな|まだ有効ではな|有効期間前|有効になる前",
    ),
    (
        Word::Valid,
        "still valid|currently valid|is valid|was valid|are valid|were valid|within its validity|within its dates|within its validity period|in date|有効期間内|有効である|有効です|有効だ|有効期限内|有効でした|まだ有効",
    ),
    (Word::Validity, "validity|validity period|valid|有効|有効期間"),
    (
        Word::SelfSigned,
        "signed with its own key|signed by its own key|signed itself|自分自身で署名|自分で署名|自身で署名|self~signed|signed by itself|has itself as issuer|has itself as its issuer|issued by itself|its own issuer|自己署名",
    ),
    (
        Word::Issuer,
        "handed out by|delivered by|been provided by|got its certificate from|gets its certificate from|obtained its certificate from|got its cert from|was obtained from|the ca behind|ca behind|によって署名|により署名|に署名され|署名された|の署名|issuer cn|issuer's cn|issuer common name|cn of the issuer|発行者 cn|発行者の cn|issued the|issued this|signed the|signed this|issued by|was issued by|issuer|signed by|issuing ca|発行者|発行元|が発行|を発行|発行|により発行|によって発行|から発行|に発行され|発行され|発行した",
    ),
    (
        Word::Subject,
        "issued to|was issued to|subject|subject cn|subject's cn|subject common name|cn of the subject|has the cn|with the cn|サブジェクト cn|サブジェクトの cn|common name|subject name|サブジェクト|主体者|コモンネーム|for the name",
    ),
    (Word::Serial, "serial|serial number|serial no|シリアル|シリアル番号"),
    (
        Word::Sni,
        "hostname the client indicates|host name the client indicates|name the client indicates|hostname which the client indicates|host name which the client indicates|indicates by sni|indicates via sni|indicates in the sni|indicated by sni|indicated via sni|要求しているホスト名|要求するホスト名|要求したホスト名|要求ホスト名|要求された名前|要求している名前|requested name|requested host|requested host name|requested server name|host name requested|server_name extension says|server_name extension|sni extension|sni says|asks for|asked for|asks for the name|asked for the name|indicates the name|requests the name|sni|server~name~indication|server~name|サーバ名|サーバー名|indicated name",
    ),
    (
        Word::Suite,
        "suite|cipher suite|cipher suites|cipher|ciphersuite|暗号スイート|暗号方式",
    ),
    (
        Word::Group,
        "group|named group|curve|key exchange group|elliptic curve|鍵交換グループ|鍵共有グループ|楕円曲線|グループ|曲線|鍵交換",
    ),
    (Word::Frames, "frames|フレーム数|パケット数|フレーム"),
    (Word::Packets, "packets|segments|パケット|個のパケット"),
    (
        Word::Retransmissions,
        "retransmission|retransmissions|retransmitted segments|retransmitted segment|retransmitted packets|tcp retransmissions|再送",
    ),
    (Word::Attempts, "attempts|tries|tried|試行"),
    (
        Word::Connections,
        "connections|tcp connections|tls connections|本の接続",
    ),
    (
        Word::Began,
        "開始時刻は|開始時刻|開始日時|記録の開始は|記録の開始|記録開始|キャプチャの開始|キャプチャの開始は|トレースの開始|start of the capture|start of the trace|start of the recording|beginning of the capture|beginning of the trace|capture start|trace start|capture began at|capture began on|trace begins at|trace begins on|recording starts at|recording starts on|recording begins at|recording begins on|recording began at|recording began on|first frame is from|first frame dates from|first packet is from|first packet dates from|first frame was captured|it was taken|was taken on|was taken at|was recorded on|was captured on|capture was made on|capture starts at|capture starts on|capture begins at|capture begins on|trace starts at|trace starts on|取得日|取得日時|採取日|採取日時|最初のフレームは|最初のフレームの時刻は|最初のフレームの日付は|最初のフレームの日時は|最初のパケットの時刻は|最初のパケットの日付は|最初のパケットの日時は|first frame is dated|first packet is dated|first frame bears the date|first frame carries the date|first frame is of|date of the first frame is|date of the first packet is|time of the first frame is|time of the first packet is|最初のパケットは|キャプチャ開始は",
    ),
    (Word::Times, "times|回|個|件|枚|本"),
    (
        Word::Handshake,
        "h/s|handshake|handshakes|tls handshake|ハンドシェイク|ハンドシェーク",
    ),
    (
        Word::Tcp,
        "tcp|tcp connection|tcp handshake|three way handshake|3 way handshake|three-way handshake|3-way handshake|tcp three-way handshake|tcp three way handshake|tcp 接続|tcp 接続は|3 ウェイハンドシェイク",
    ),
    (Word::Tls, "tls session|tls connection|tls セッション|tls 接続"),
    (
        Word::Capture,
        "capture size|size of the capture|trace size|from first to last|from the first to the last|first to last|最初から最後|in total|in all|altogether|合計|全体で|総フレーム数|recording|capture|pcap|trace|file|キャプチャ|ファイル|export",
    ),
    (
        Word::Healthy,
        "successful connection|good connection|正常に動作|正常に機能|worked as it should|came through just fine|came through fine|came through|うまくいきました|うまくいった|うまくいっています|問題なく成功|nothing failed|nothing fails|nothing has failed|何も失敗していません|何も失敗していない|失敗はありません|失敗は見られません|no failure|no failures|everything looks healthy|everything looks fine|everything looks good|everything looks normal|everything is in order|everything is healthy|everything is normal|everything works|everything worked|looks healthy|looks fine|shows a successful session|shows a successful connection|障害はありません|障害はない|障害なし|障害は見られません|障害は見当たりません|不具合はありません|nothing went wrong|everything went well|is in order|all is well|all went well|all is fine|worked fine|went fine|異常はありません|異常なし|異常はない|異常は見られません|異常ありません|no anomalies|no anomaly|no errors|nothing unusual|nothing abnormal|healthy|all good|everything is fine|everything is ok|is fine|no problem|no problems|nothing is wrong|nothing wrong|no fault|works|worked|went well|working|正常|問題なし|問題ありません|問題はない|問題はありません|問題ない|問題はなし",
    ),
    (Word::Verdict, "verdict|diagnosis|classification|判定|診断"),
    (Word::Licensing, "licensing traffic|smart licensing traffic"),
    (
        Word::Dns,
        "a query|aaaa query|a record|aaaa record|is looked up|was looked up|looked up|に解決|へ解決|dns response|dns answer|dns reply|dns question|dns request|dns応答|dns問い合わせ|dnsクエリ|dns の応答|dns の問い合わせ|dns クエリ|dns 照会|dns|dns lookup|dns look up|dns query|dns queries|dns questions|dns requests|to resolve|name looked up|lookup|name resolution|dns resolution|resolved to|resolves to|resolved|名前解決|dns 応答|dns 問い合わせ|dns クエリ",
    ),
    (Word::DnsStatus("NXDOMAIN"), "nxdomain"),
    (Word::DnsStatus("SERVFAIL"), "servfail"),
    (
        Word::DnsStatus("REFUSED"),
        "rcode refused|answers refused|answered refused|returns refused|returned refused|replies refused|replied refused|responds refused|responded refused|status refused|response refused|with refused|rcode 5|refused を返|refused で応答|refused を応答|応答 refused",
    ),
    (Word::DnsStatus("NOERROR"), "noerror"),
    (Word::Http, "http|http status|http code|http error|http/1.1"),
    (Word::Status, "status|status code|ステータス|ステータスコード"),
    (Word::Port, "port|tcp port|ポート"),
    (
        Word::Attempt,
        "the connection|connection attempt|this connection|connection|the attempt|attempt|this attempt|the exchange|the session|result|outcome|接続試行|接続|通信|結果|セッション",
    ),
    (
        Word::Highest,
        "goes up to|上限|最高のバージョン|最も高いバージョン|最大のバージョン|max version|maximum version|highest version|max tls version|highest tls version|maximum tls version|latest version|newest version|最大バージョン|最高バージョン|最も新しいバージョン",
    ),
    (
        Word::NoneHigher,
        "nothing newer than|nothing higher than|nothing above|nothing beyond|no newer version than|no higher version than|none newer than|no version above|より新しいバージョンは|より上のバージョンは",
    ),
    (Word::Code, "code|the number|number|コード|番号"),
    (
        Word::Respectively,
        "respectively|in that order|in this order|それぞれ|順に",
    ),
    (Word::Fatal, "fatal|致命的"),
    (Word::Warning, "warning level|level warning|warning|警告レベル"),
    (
        Word::Hedge,
        "looked for|searched for|checked for|possible|potentially|conceivably|plausible|chance|anything|says|saying|may|might|could|would|should|probably|perhaps|possibly|maybe|likely|unlikely|seems|seem|suggests|suggest|apparently|presumably|assume|assuming|guess|suspect|suspected|i think|we think|not only|no longer|not necessarily|not sure|unclear|expected|expect|supposed|appears to|as if|nothing else|no other|nothing more|not clear|unknown whether|whether|rule out|ruled out|normally|usually|would have|かもしれ|可能性|と思われ|と思い|思う|だろう|でしょう|おそらく|恐らく|推測|疑い|らしい|ようです|ようだ|とは限ら|はず|かどうか|に違いな|とみられ|と考えられ|と考え",
    ),
    (
        Word::General,
        "common reason|common cause|usual reason|usual cause|often|sometimes|frequently|rarely|as a rule|for example|commonly|よくある|一般的|たいてい|多くの場合|しばしば|例えば|たとえば|means|mean|causes|indicates|implies|typically|in general|generally|always|every time|any client|definition|defined as|defined in|stands for|意味|一般に|通常|一般的に|とは、",
    ),
    (
        Word::Advice,
        "please|check|verify that|make sure|ensure|install|renew|replace|configure|try|let us|let's|need to|needs to|must|recommend|recommended|action|next step|fix|ask the|contact|allow|open the|ください|下さい|確認して|更新して|してほし|必要があり|必要です|べき|推奨|対処|しましょう",
    ),
    (
        Word::Condition,
        "had it been|had there been|had the|were it|だったら|ならば|if|unless|in case|provided that|suppose|もし|場合|なら|であれば|すれば",
    ),
];

/// Longer words that contain one of ours and mean something else.
pub(super) const NOT_OURS: &str = "by means of|of the two|alert message says|alert says|message says|tlswalk says|if you scroll|if you look|if we look|when you scroll|if you go|if you open|if you filter|16進数|16進|16 進数|16 進|一度も|一つも|一回も|一件も|一個も|ひとつも|もの|未知|未満|未来|未使用|未設定|まもなく|間もなく|問題もなく|の送信元は|の送信元が|on which|at which|to which|of which|読み取れる|読み取れた|gets as far as|got as far as|get as far as|as far as|so far|tls port|ends its flight|ended its flight|ends the flight|closes its flight|acks|ack number|少ない|しかない|間違いない|問題ない|client certificate authentication|certificate authority|certificate authorities|certificate store|time~out|timed out|round trip|false|open~ssl|smart~licensing|tlswalk|wireshark|number of|kind of|one of|some of|because|first of all|in order to|according to|in addition|in fact|as well as|so far|so that|how|why|what|used to|up to|close to|no matter|of course|out of|answer to|key usage|close notify alert|known|frame number|frame numbers";

/// Names of alerts in addition to those that reports use.
pub(super) const ALERT_NAMES: &[(u8, &str)] = &[
    (0, "close~notify"),
    (10, "unexpected_message|unexpectedmessage"),
    (20, "bad~record~mac"),
    (21, "decryption_failed"),
    (22, "record~overflow"),
    (40, "handshake_failure|handshakefailure|handshake failure alert"),
    (42, "bad_certificate|badcertificate|bad certificate"),
    (43, "unsupported_certificate|unsupported certificate"),
    (44, "certificate_revoked|certificate revoked"),
    (45, "certificate_expired|certificate expired alert|certificateexpired"),
    (46, "certificate_unknown|certificate unknown"),
    (47, "illegal~parameter"),
    (48, "unknown~ca|unknownca"),
    (49, "access_denied|access denied alert"),
    (50, "decode~error"),
    (51, "decrypt~error"),
    (70, "protocol_version|protocol version alert"),
    (71, "insufficient~security"),
    (80, "internal_error|internal error alert"),
    (86, "inappropriate~fallback"),
    (90, "user~canceled|user_cancelled"),
    (100, "no_renegotiation"),
    (109, "missing~extension"),
    (110, "unsupported~extension"),
    (112, "unrecognized~name|unrecognised~name"),
    (115, "unknown_psk_identity"),
    (116, "certificate_required|certificate required alert"),
    (120, "no~application~protocol"),
];
