//! Command line → manual page and completion scripts.

use clap::CommandFactory as _;

use crate::cli::args::Cli;
use crate::cli::help::EXAMPLES;
use crate::cli::usage;

/// The end of the manual page.
const SEE_ALSO: &str = ".SH SEE ALSO\n.BR tshark (1),\n.BR editcap (1),\n.BR tcpdump (8)\n";

/// The manual page.
pub(crate) fn write_manual(out: &mut dyn std::io::Write) -> std::io::Result<()> {
    let page = clap_mangen::Man::new(usage::command());
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    if let Some(triage) = Cli::command().find_subcommand("triage") {
        // The options shared with the main command are described there.
        let own = ["state", "no_rings", "watch", "settle"];
        let triage = triage.clone().mut_args(|it| {
            let is_shared = !own.contains(&it.get_id().as_str());
            it.hide(is_shared)
        });
        let mut section = Vec::new();
        clap_mangen::Man::new(triage.disable_help_flag(true)).render_options_section(&mut section)?;
        let section = String::from_utf8_lossy(&section).replacen(".SH OPTIONS", ".SH OPTIONS OF TRIAGE", 1);
        out.write_all(section.as_bytes())?;
    }
    // The examples unchanged: troff would fill the lines.
    let examples = EXAMPLES.replace('\\', "\\\\").replace('-', "\\-");
    write!(out, ".SH EXAMPLES AND EXIT CODES\n.nf\n{examples}\n.fi\n{SEE_ALSO}")
}

/// The completion script of a shell.
pub(crate) fn write_completions(shell: clap_complete::Shell, out: &mut dyn std::io::Write) {
    clap_complete::generate(shell, &mut usage::command_for_completions(), "tlswalk", out);
}
