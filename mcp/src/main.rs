//! command line → server: folders that may be read, then requests on standard input, answers on standard output.

use std::process::ExitCode;

use rmcp::ServiceExt as _;
use tlswalk_mcp::{Given, Server};

const USAGE: &str = "\
Usage: tlswalk-mcp [OPTIONS] <FOLDER>...

A Model Context Protocol server over standard input and output. It answers questions about captures in the folders named,
with what is in them, links that lead out of them excepted. It writes nothing and sends nothing.

Options:
  --ca <PEM>         Further trust anchors (repeatable)
  --profile <NAME>   cisco-smart-licensing (the default), default or capwap-join
  --lang <LANG>      Language of the sentences: en or ja
  --budget <N>       The most characters that an answer may have (default 60000)
  -h, --help         Print help
  -V, --version      Print version";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    match arguments.peek().map(String::as_str) {
        Some("-h" | "--help") => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Some("-V" | "--version") => {
            println!("tlswalk-mcp {}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    match Given::parse(arguments)
        .and_then(|given| Server::new(&given))
        .and_then(serve)
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("tlswalk-mcp: {why}");
            ExitCode::from(2)
        }
    }
}

/// Answers until the client closes standard input.
fn serve(server: Server) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let running = server
            .serve(rmcp::transport::stdio())
            .await
            .map_err(|error| error.to_string())?;
        running.waiting().await.map(|_| ()).map_err(|error| error.to_string())
    })
}
