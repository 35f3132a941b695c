## tlswalk config: which settings hold, and where each comes from.

config-file = Settings file: { $value }
config-no-file = No settings file: { $value } does not exist.
config-no-folder = No settings file: no home folder is known here (HOME and XDG_CONFIG_HOME are not set).
config-sites = Sites: { $value }
config-command-line = from the command line
config-environment = from the environment: { $value }
config-site = from the site { $value }
config-in-file = from the settings file
config-locale = from the locale
config-built-in = built in
config-nearby = Note: { $value } in this folder is not read by itself; name it with --config { $value }.
config-unknown-variable = Note: the variable { $value } is not read; did you mean { $near }?

## tlswalk serve: the page for dropping captures.

serve-title = Why did this TLS connection fail?
serve-intro = Choose a packet capture (pcap, pcapng, also compressed), a device's log, or both.
serve-capture = Capture
serve-log = Device log
serve-roots = Trusted roots (PEM)
serve-all = Judge every TLS connection, not only licensing
serve-language = Language of the report
serve-more = More options
serve-judge = Judge
serve-drop = or drop it anywhere on this page
serve-private = The file stays on this machine: this page is served by tlswalk itself, and nothing is stored or sent on.
serve-busy = Reading…
serve-another = Another capture
serve-downloads = Downloads
serve-page = Save this page
serve-slice = Save the frames that matter (pcapng)
serve-json = Save as JSON
serve-refused = No report
serve-too-large = The file is larger than tlswalk accepts here: start it with --max-upload.
serve-lost = tlswalk no longer answers. Is it still running?
