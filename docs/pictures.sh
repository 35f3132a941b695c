#!/bin/bash
# Takes the pictures of docs/ again, from a sample: page.png and terminal.png. Needs chromium and python3.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --locked
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sample=(--ca samples/roots/lab-root.pem samples/client-certificate-self-signed-expired.pcap)
# The capture is of an attempt that failed: exit code 1 is right.
target/debug/tlswalk -f html -o "$work/page.html" "${sample[@]}" || [ $? -eq 1 ]
COLUMNS=100 target/debug/tlswalk --color always "${sample[@]}" >"$work/terminal.txt" || [ $? -eq 1 ]
python3 - "$work/terminal.txt" "$work/terminal.html" <<'PYTHON'
import html, re, sys
text = html.escape(open(sys.argv[1], encoding="utf-8").read())
colour = {"31": "#ff8a80", "32": "#7fd19b", "33": "#f2b45c", "36": "#7cc7d8"}
parts, state = [], set()
for at, part in enumerate(re.split(r"\x1b\[([0-9;]*)m", text)):
    if at % 2 == 0:
        style = "".join("font-weight:700;" if code == "1" else "opacity:.65;" if code == "2" else
                        f"color:{colour.get(code, 'inherit')};" for code in state)
        parts.append(f'<span style="{style}">{part}</span>' if style else part)
    else:
        codes = part.split(";")
        state = set() if codes in ([""], ["0"]) else state | set(codes)
page = '<!DOCTYPE html><meta charset="utf-8"><body style="margin:0;background:#16191d;color:#dfe3e8">'
page += '<pre style="margin:20px 24px;font:14px/1.4 \'DejaVu Sans Mono\',monospace">' + "".join(parts) + "</pre>"
open(sys.argv[2], "w", encoding="utf-8").write(page)
PYTHON
shoot() {
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --user-data-dir="$work/profile" --window-size="$2" \
        --screenshot="$work/$1.png" "file://$work/$1.html" >/dev/null 2>&1
    cp "$work/$1.png" "docs/$1.png"
    # Few colours are enough, and a third of the bytes.
    ! command -v pngquant >/dev/null || pngquant --force --output "docs/$1.png" 64 "docs/$1.png"
}
shoot page 1366,1120
shoot terminal 920,1010
ls -l docs/*.png
