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
