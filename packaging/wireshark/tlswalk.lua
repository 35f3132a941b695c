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

-- First bytes: pcapng, the four of pcap; gzip, zstd, lz4.
local CAPTURES = { "\n\r\r\n", "\212\195\178\161", "\161\178\195\212", "\77\60\178\161", "\161\178\60\77" }
local COMPRESSED = { "\31\139", "\40\181\47\253", "\4\34\77\24" }

local function begins_with(text, beginnings)
    for _, beginning in ipairs(beginnings) do
        if text:sub(1, #beginning) == beginning then return true end
    end
end

-- Wireshark tells its plugins nothing of the file, but keeps it open: the system knows which files this process has
-- open, and a capture is told by its first bytes. A temporary file may have lost its name: it is read by its descriptor.
local function open_file()
    if windows then return nil end
    local list = output("for f in /proc/$PPID/fd/*; do printf '%s\\t%s\\n' \"$f\" \"$(readlink \"$f\")\"; done 2>/dev/null; "
        .. "[ -d /proc/$PPID ] || lsof -p $PPID -Fn 2>/dev/null | sed -n 's/^n\\(.*\\)/\\1\t\\1/p'")
    local compressed
    for descriptor, name in list:gmatch("([^\t\n]+)\t(/[^\n]+)") do
        local file = not name:find("^/dev/") and io.open(descriptor, "rb")
        local magic = file and file:read(4) or ""
        if file then file:close() end
        local path = name:find(" %(deleted%)$") and descriptor or name
        if begins_with(magic, CAPTURES) then return path end
        -- Other programs' files are compressed, too: what is called a capture goes first.
        if begins_with(magic, COMPRESSED) and (not compressed or name:find("cap", 1, true)) then compressed = path end
    end
    return compressed
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

-- The frames that the verdict rests on: the lines of the evidence, in either language.
local function frames_of(text)
    local frames = {}
    for frame in text:gmatch("\n  frame (%d+) ") do frames[#frames + 1] = frame end
    for frame in text:gmatch("\n  フレーム (%d+) ") do frames[#frames + 1] = frame end
    return frames
end

local function filtered(filter)
    set_filter(filter)
    apply_filter()
end

local function show(file, options)
    local window = TextWindow.new("tlswalk")
    local text = walk(file, options)
    window:set(text)
    local filter = filter_of(text)
    if filter then
        window:add_button("Show these packets", function() filtered(filter) end)
    end
    for at, frame in ipairs(frames_of(text)) do
        if at > 4 then break end
        -- Plugins cannot go to a packet. Alone in the list it is selected, and stays so when the filter is cleared.
        window:add_button("Show frame " .. frame, function() filtered("frame.number == " .. frame) end)
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
    local text
    function listener.packet()
        local file = not text and open_file()
        if file then text = walk(file, os.getenv("TLSWALK_OPTIONS") or "") end
    end
    function listener.draw()
        text = text or "no open file was found"
        print(text)
        print("filter: " .. tostring(filter_of(text)))
        print("frames: " .. table.concat(frames_of(text), " "))
    end
end
