-- Tools > tlswalk: why did the TLS connections of the open capture fail?
--
-- Put this file into Wireshark's folder of personal Lua plugins (Help > About Wireshark > Folders). tlswalk must be on
-- the path, or its place in the environment variable TLSWALK. Nothing is sent anywhere: the open file is read again.

local windows = package.config:sub(1, 1) == "\\"

local function quoted(text)
    -- No file name on Windows has a double quote in it.
    return windows and '"' .. text .. '"' or "'" .. text:gsub("'", "'\\''") .. "'"
end

-- What a command prints; the empty text where it cannot be started.
local function output(command)
    local pipe = io.popen(windows and '"' .. command .. '"' or command)
    local text = pipe and pipe:read("*a") or ""
    if pipe then pipe:close() end
    return text
end

-- Wireshark tells its plugins nothing of the file, but keeps it open: the system knows which files this process has
-- open, and a capture is told by its first bytes.
local function open_file()
    if windows then return nil end
    local list = output("for f in /proc/$PPID/fd/*; do readlink \"$f\"; done 2>/dev/null"
        .. " || lsof -p $PPID -Fn 2>/dev/null | sed -n 's/^n//p'")
    for name in list:gmatch("(/[^\n]+)") do
        local file = io.open(name, "rb")
        local magic = file and file:read(4) or ""
        if file then file:close() end
        for _, known in ipairs({ "\n\r\r\n", "\212\195\178\161", "\161\178\195\212", "\77\60\178\161", "\161\178\60\77" }) do
            if magic == known then return name end
        end
        if magic:sub(1, 2) == "\31\139" and name:find("cap", 1, true) then return name end
    end
end

local function walk(file, options)
    local program = os.getenv("TLSWALK") or "tlswalk"
    local text = output(quoted(program) .. " --color never " .. options .. " -- " .. quoted(file) .. " 2>&1")
    return text ~= "" and text or "tlswalk said nothing; is it installed? (" .. program .. ")"
end

-- The display filter of the worst attempt, as the text names it.
local function filter_of(text)
    return text:match("\n  Wireshark +([^\r\n]+)")
end

local function show(file, options)
    local window = TextWindow.new("tlswalk")
    local text = walk(file, options)
    window:set(text)
    local filter = filter_of(text)
    if filter then
        window:add_button("Show these packets", function()
            set_filter(filter)
            apply_filter()
        end)
    end
end

local function ask_and_show(options)
    local file = open_file()
    if file then return show(file, options) end
    new_dialog("tlswalk", function(name) show(name, options) end, "Capture file")
end

if gui_enabled() then
    register_menu("tlswalk/Why did licensing fail?", function() ask_and_show("") end, MENU_TOOLS_UNSORTED)
    register_menu("tlswalk/Judge every TLS connection", function()
        ask_and_show("--all --profile default")
    end, MENU_TOOLS_UNSORTED)
elseif os.getenv("TLSWALK") then
    -- With tshark: the same on standard output. tshark has closed the file when it draws.
    local listener = Listener.new("frame")
    local file
    function listener.packet()
        file = file or open_file()
    end
    function listener.draw()
        local text = file and walk(file, os.getenv("TLSWALK_OPTIONS") or "") or "no open file was found"
        print(text)
        print("filter: " .. tostring(filter_of(text)))
    end
end
