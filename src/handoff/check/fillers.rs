//! Text → words without a meaning for claims, and words that may have one.
//!
//! A statement is called false only if each of its words is a part of a claim or stands here: `the certificates cannot be seen, since TLS 1.3 encrypts
//! them` holds words that no claim uses, and denies something else than TLS 1.3.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::lexicon;

/// How a text begins.
pub(super) enum Begin {
    /// With so many bytes that mean nothing for a claim.
    Nothing(usize),
    /// With a word of so many bytes that is in no list.
    Unknown(usize),
}

/// Looks at the beginning of a text behind `before`.
pub(super) fn begins(text: &str, before: Option<char>) -> Begin {
    let Some(first) = text.chars().next() else {
        return Begin::Nothing(0);
    };
    if let Some((None, len)) = lexicon::longest(text, before) {
        return Begin::Nothing(len);
    }
    let run = |of: fn(char) -> bool| text.find(|c: char| !of(c)).unwrap_or(text.len());
    if first.is_ascii_alphabetic() {
        let len = run(|c| c.is_ascii_alphanumeric() || matches!(c, '\'' | '_'));
        let word = text.get(..len).unwrap_or_default().trim_end_matches('\'');
        return match len < 2 || is_filler(word) {
            true => Begin::Nothing(len),
            false => Begin::Unknown(len),
        };
    }
    if is_noun(first) {
        let len = run(is_noun);
        let word = text.get(..len).unwrap_or_default();
        return match is_filler(word) {
            true => Begin::Nothing(len),
            false => Begin::Unknown(len),
        };
    }
    Begin::Nothing(first.len_utf8())
}

fn is_filler(word: &str) -> bool {
    static WORDS: OnceLock<HashSet<&str>> = OnceLock::new();
    let words = WORDS.get_or_init(|| FILLERS.split_whitespace().chain(NOUNS.split_whitespace()).collect());
    words.contains(word)
}

/// Kanji and katakana: hiragana alone are mostly grammar.
const fn is_noun(c: char) -> bool {
    matches!(c, '\u{30a1}'..='\u{30fc}' | '\u{4e00}'..='\u{9fff}' | '々')
}

/// English words that turn no statement.
const FILLERS: &str = "\
    bit bits addressed contact contacts contacted ecdhe ephemeral rsa more brief glance a about above according accordingly actually address aes afterwards again all along alpn already an analysis \
    another any ap's approximately apr april around as attempt's aug august away back be been began begin begins \
    below best bottom count cslu html page router wire torn turns box byte bytes called can capture's capwap case catalyst cause cheers cisco clearly client's \
    cloud colleagues coming company concerned connect connects continues controller's counts covers cut data date \
    day days db dealing dear dec december description detail details device's did digicert directions dns do does \
    doing done down dtls each earlier eight end ends entire entrust error errors even ever every exactly exchange \
    exchange's exchanged exchanges fault feb february field fifth final finally find finding findings five flow \
    flows for forbidden four fourth frame friday full fw gave gcm get gets getting give given gives gmt go goes \
    going gone good happened happens happy he hello hellos hence here here's hi hope host hosts hour hours how http \
    https i i'd i'll i've instead interestingly into ip ipv4 ipv6 issue it it's item its jan january jst jul july \
    jun june just keep keeps kept key keys lab last later left level line lines list listed listens lists local log \
    logs long look looked looking looks lookup's machine made make makes mar march may me meanwhile message messages \
    minute minutes moment monday ms my name named names network next nine note noted notes nov november now number \
    numbers observation oct october off one onto open opened opens originates other's our out output over overall \
    own packet parameters part parties per plain point points port ports post problem protocol proxy's puts queries \
    query question questions quic quiet quite reach reached reaches read reading reads really reason record records \
    regards relevant remote reports request requests retried retries retry right roughly row run runs same saturday \
    second seconds see sep sept september server's session sessions seven sha share she short shown side sides \
    simply single sits six so source ssl start started starts stay stayed step steps still straight such summary \
    sunday table take taken takes talk talking talks tcp team teardown tell tells ten test thank thanks that the \
    their them there there's these they third this those three thursday time timestamp timestamps tls together took \
    top total traffic travels tried tries trouble trust try tuesday turned two type udp up update us uses utc value \
    values version versions very via view want wants way we we've wednesday went what when where who whole whom \
    whose why will wlc's worked yes you your";

/// The same in Japanese.
const NOUNS: &str = "\
    合 ビット 鍵 鍵長 長 アドレス キャプチャ上 クライアント コネクション サーバ ステップ データ トレース トレース内 ネットワーク \
    バージョン パケット フレーム プロトコル ポイント ポート番号 ミリ秒 メッセージ メモ レコード ログ 一切返 一度 \
    一覧 上 下 両端 中 事象 今 今回 以上 以下 件 使 個 値 側 備考 先 入 全 全体 全部 内 内容 出 出力 分 列 前 午前 \
    午後 協定世界時 原因 双方向 取得 取得日 受 可否 台 合計 同 名 名前 向 含 問 問題 回目 回送信 報告 始 宛先 \
    宛先ポート 対 年 当日 形 後 応 所見 手順 持 指 指定 提示 方 日 日付 日時 日本時間 時 時刻 時点 曜日 書 最 最初 \
    何 誰 飛 平文 最後 月 有無 本 本目 来 枚 枚送信 概要 様 機器 次 流 添付 済 点 状況 番 番ポート 番号 番目 異常 発生 目 確認 \
    確認事項 確認結果 示 私 秒 種類 約 終 経過 結果 結論 続 自己署名証明書 致命的アラート 行 表 装置 装置側 要点 見 \
    見当 観察 数 解析 解析結果 言 計 記録 設定 診断結果 説明 読 調査 調査メモ 調査結果 返 送 送信元ポート 途中 通 通知 \
    間 際 順 順番";
