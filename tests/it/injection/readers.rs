//! output → what its reader makes of it: a parser's tree, without the texts. Text of a capture must not change it.

use pulldown_cmark::{Event, Options, Parser, Tag};
use roxmltree::{Document, Node};

/// The marks of an output: everything that a reader acts upon, and no text.
pub(super) type Skeleton = Vec<String>;

/// The skeleton, or what in the output is none of ours.
pub(super) type Outcome = Result<Skeleton, String>;

const SVG: &str = "http://www.w3.org/2000/svg";

/// XML and XHTML: elements, their attributes, and where they end. A page may have its one document type.
pub(super) fn xml(text: &str) -> Outcome {
    fn walk(node: Node<'_, '_>, out: &mut Skeleton) {
        if node.is_comment() || node.is_pi() {
            out.push(format!("{node:?}"));
        }
        // How many rows and lines a drawing has depends on how long its texts are: of it, only what may stand in it is looked at.
        if node.has_tag_name((SVG, "svg")) {
            out.push("svg".to_owned());
            out.extend(
                node.descendants()
                    .filter(|it| it.is_element() && !is_drawn(it))
                    .map(|it| format!("{it:?}")),
            );
            return;
        }
        if node.is_element() {
            // Only rows that are cited have an id.
            let names = node.attributes().map(|it| it.name()).filter(|it| *it != "id");
            let names: Vec<&str> = names.collect();
            out.push(format!("{} {}", node.tag_name().name(), names.join(" ")));
        }
        node.children().for_each(|child| walk(child, out));
        if node.is_element() {
            out.push("end".to_owned());
        }
    }
    let options = roxmltree::ParsingOptions {
        allow_dtd: text.starts_with("<!DOCTYPE html>"),
        ..Default::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    walk(document.root(), &mut out);
    Ok(out)
}

/// What GitHub and GitLab read beside CommonMark.
const GITHUB: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_MATH)
    .union(Options::ENABLE_GFM)
    .union(Options::ENABLE_YAML_STYLE_METADATA_BLOCKS)
    .union(Options::ENABLE_DEFINITION_LIST);

/// True for a shape or a text of a drawing that does nothing and points to nothing outside the page.
fn is_drawn(node: &Node<'_, '_>) -> bool {
    const SHAPES: [&str; 10] = [
        "svg", "title", "desc", "g", "line", "rect", "path", "polygon", "text", "a",
    ];
    let acts = |name: &str, value: &str| name.starts_with("on") || name == "href" && !value.starts_with('#');
    SHAPES.contains(&node.tag_name().name()) && !node.attributes().any(|it| acts(it.name(), it.value()))
}

/// Markdown with what GitHub and GitLab add: blocks and spans. Beside links and HTML, which are in no report, it finds
/// what services turn into links though CommonMark does not: addresses and mentions.
pub(super) fn markdown(text: &str) -> Outcome {
    let mut out = Vec::new();
    let mut in_code = false;
    let mut prose = String::new();
    for (event, range) in Parser::new_ext(text, GITHUB).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock | Tag::FootnoteDefinition(_))
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::Rule
            | Event::TaskListMarker(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {
                return Err(format!("{event:?}"));
            }
            Event::Start(tag) => {
                in_code |= matches!(tag, Tag::CodeBlock(_));
                out.push(format!("{tag:?}"));
            }
            Event::End(tag) => {
                in_code &= !matches!(tag, pulldown_cmark::TagEnd::CodeBlock);
                out.push(format!("end {tag:?}"));
            }
            Event::Code(_) => out.push("code".to_owned()),
            Event::Text(_) if !in_code => {
                prose.push_str(if text[..range.start].ends_with('\\') { "\\" } else { "" });
                prose.push_str(&text[range]);
            }
            _ => {}
        }
    }
    // As it is written: with a backslash before any of these marks, no service makes a link.
    for link in ["://", "www.", "@", "#"] {
        let plain = prose.replace(&format!("\\{link}"), "");
        if plain.contains(link) {
            return Err(format!("{link} in {prose}"));
        }
    }
    Ok(out)
}

/// JSON: its keys and kinds of values, in order.
pub(super) fn json(text: &str) -> Outcome {
    fn walk(value: &serde_json::Value, out: &mut Skeleton) {
        match value {
            serde_json::Value::Object(map) => {
                for (key, value) in map {
                    out.push(key.clone());
                    walk(value, out);
                }
                out.push("}".to_owned());
            }
            serde_json::Value::Array(list) => {
                list.iter().for_each(|value| walk(value, out));
                out.push("]".to_owned());
            }
            serde_json::Value::String(_) => out.push("text".to_owned()),
            _ => out.push("value".to_owned()),
        }
    }
    let value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    walk(&value, &mut out);
    Ok(out)
}

/// JSON of one line each.
pub(super) fn ndjson(text: &str) -> Outcome {
    let lines: Result<Vec<Skeleton>, String> = text.lines().map(json).collect();
    Ok(lines?.concat())
}

/// SARIF: JSON whose messages have no placeholder and no link, and whose addresses are references of files.
pub(super) fn sarif(text: &str) -> Outcome {
    fn walk(key: &str, value: &serde_json::Value) -> Result<(), String> {
        match value {
            serde_json::Value::Object(map) => map.iter().try_for_each(|(key, value)| walk(key, value))?,
            serde_json::Value::Array(list) => list.iter().try_for_each(|value| walk(key, value))?,
            serde_json::Value::String(text) if key == "text" => {
                let rest = text.replace("{{", "").replace("}}", "");
                if rest.contains(['{', '}']) || text.contains("](") {
                    return Err(text.clone());
                }
            }
            serde_json::Value::String(text) if key == "uri" => {
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
                if !text.bytes().all(is_plain) {
                    return Err(text.clone());
                }
            }
            _ => {}
        }
        Ok(())
    }
    let skeleton = json(text)?;
    walk("", &serde_json::from_str(text).map_err(|error| error.to_string())?)?;
    Ok(skeleton)
}

/// CSV: rows of as many cells each. However it is separated, no cell begins as a formula.
pub(super) fn csv(text: &str) -> Outcome {
    let mut out = Vec::new();
    for separator in [b',', b';', b'\t'] {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(separator != b',')
            .delimiter(separator)
            .from_reader(text.as_bytes());
        for row in reader.records() {
            let row = row.map_err(|error| error.to_string())?;
            for cell in &row {
                let begins = cell.trim_start_matches([' ', '"']);
                if begins.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
                    return Err(format!("{cell:?}"));
                }
            }
            if separator == b',' {
                out.push(row.len().to_string());
            }
        }
    }
    Ok(out)
}

/// Text for people: the caller looks at its characters.
pub(super) fn text(_: &str) -> Outcome {
    Ok(Vec::new())
}

/// A text without the colours that are ours.
pub(super) fn without_colours(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap();
        assert!(after[end..].starts_with('m'), "an escape that is no colour: {after:?}");
        rest = &after[end + 1..];
    }
    out + rest
}

/// No character that drives a terminal, hides text or changes its order.
pub(super) fn is_visible(text: &str) -> bool {
    let hides = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\r')
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    // A carriage return is half of a line end.
    !text.contains(hides) && text.matches('\r').count() == text.matches("\r\n").count()
}

/// The comments of a pcapng: what Wireshark shows of a slice.
pub(super) fn comments(file: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut rest = file;
    while rest.len() >= 12 {
        let len = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        let (block, after) = rest.split_at(len);
        let body = &block[8..len - 4];
        let options = match u32::from_le_bytes(block[..4].try_into().unwrap()) {
            0x0a0d_0d0a => 16,
            1 => 8,
            6 => 20 + (u32::from_le_bytes(body[12..16].try_into().unwrap()) as usize).next_multiple_of(4),
            _ => body.len(),
        };
        let mut options = &body[options..];
        while options.len() >= 4 {
            let [code, len] = [0, 2].map(|at| u16::from_le_bytes([options[at], options[at + 1]]) as usize);
            if code == 1 {
                found.push(options[4..4 + len].to_vec());
            }
            options = options.get(4 + len.next_multiple_of(4)..).unwrap_or_default();
        }
        rest = after;
    }
    found
}
