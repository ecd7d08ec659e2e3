-- Shows the voice protocol of Dissonance Voice Chat and Consonance in Wireshark, 3.6 and later.
--
-- Put this file into the folder that Wireshark names under Help, About, Folders, "Personal Lua Plugins", or run
--   wireshark -X lua_script:consonance.lua capture.pcapng
-- Captures that Consonance wrote are recognised by their ports, and live traffic of plain UDP networks by how packets
-- begin. Everything can be filtered for: consonance.type == 2, consonance.voice.sender == 7, consonance.delivery == "reliable".

local MAGIC = 0x8bc7
local BLOCK_MARK = 0xc05a
local UNRELIABLE_PORT, RELIABLE_PORT = 49242, 49243

local TYPES = {
    [1] = "ClientState", [2] = "VoiceData", [3] = "TextData", [4] = "HandshakeRequest", [5] = "HandshakeResponse",
    [6] = "ErrorWrongSession", [7] = "ServerRelayReliable", [8] = "ServerRelayUnreliable", [9] = "DeltaChannelState",
    [10] = "RemoveClient", [11] = "HandshakeP2P",
}
local HANDSHAKE_REQUEST, HANDSHAKE_RESPONSE = 4, 5
local CODECS = { [0] = "Identity", [1] = "Opus" }
-- The opposite of each other.
local CHANNEL_KINDS = { [0] = "player", [1] = "room" }
local TEXT_KINDS = { [0] = "room", [1] = "player" }
local PRIORITIES = { [0] = "default", [1] = "low", [2] = "medium", [3] = "high" }
local ITEMS = {
    [1] = "capabilities", [2] = "secret", [3] = "resume ticket", [4] = "resumed", [5] = "uplink receipt",
    [6] = "listener summary", [7] = "reception report", [8] = "position report", [9] = "join token", [10] = "notice",
    [11] = "closing", [12] = "moderator request", [13] = "end reason",
    [14] = "server list", [15] = "listeners' losses in a row", [16] = "losses in a row",
    [17] = "part of a group message",
}
-- These tokens let a client act as another player: only their lengths are shown.
local SECRET_ITEMS = { [2] = true, [3] = true, [9] = true }
-- Metres from the origin; no place is farther.
local FARTHEST = 1e7

local proto = Proto("consonance", "Consonance voice")

local f = {
    magic = ProtoField.uint16("consonance.magic", "Magic", base.HEX),
    type = ProtoField.uint8("consonance.type", "Type", base.DEC, TYPES),
    session = ProtoField.uint32("consonance.session", "Session", base.HEX),
    delivery = ProtoField.string("consonance.delivery", "Delivery"),
    client_id = ProtoField.uint16("consonance.client.id", "Client id"),
    client_name = ProtoField.string("consonance.client.name", "Client name"),
    count = ProtoField.uint16("consonance.count", "Count"),
    room_name = ProtoField.string("consonance.room.name", "Room"),
    room_id = ProtoField.uint16("consonance.room.id", "Room id"),
    codec = ProtoField.uint8("consonance.codec", "Codec", base.DEC, CODECS),
    codec_frame = ProtoField.uint32("consonance.codec.frame", "Frame size (samples)"),
    codec_rate = ProtoField.uint32("consonance.codec.rate", "Sample rate (Hz)"),
    voice_sender = ProtoField.uint16("consonance.voice.sender", "Sender"),
    voice_options = ProtoField.uint8("consonance.voice.options", "Options", base.HEX),
    voice_session = ProtoField.uint8("consonance.voice.session", "Channel session"),
    voice_session_bits = ProtoField.uint8("consonance.voice.session_bits", "Counted in bits"),
    voice_sequence = ProtoField.uint16("consonance.voice.sequence", "Sequence"),
    voice_frame = ProtoField.bytes("consonance.voice.frame", "Encoded frame"),
    voice_frame_length = ProtoField.uint16("consonance.voice.frame.length", "Frame length (bytes)"),
    channel_count = ProtoField.uint16("consonance.channel.count", "Channels"),
    channel_bits = ProtoField.uint16("consonance.channel.bits", "Channel bits", base.HEX),
    channel_kind = ProtoField.uint16("consonance.channel.kind", "To a", base.DEC, CHANNEL_KINDS, 0x0001),
    channel_positional = ProtoField.bool("consonance.channel.positional", "Positional", 16, nil, 0x0002),
    channel_closing = ProtoField.bool("consonance.channel.closing", "Closing", 16, nil, 0x0004),
    channel_priority = ProtoField.uint16("consonance.channel.priority", "Priority", base.DEC, PRIORITIES, 0x0018),
    channel_session = ProtoField.uint16("consonance.channel.session", "Channel's own session", base.DEC, nil, 0x0060),
    channel_unused = ProtoField.uint16("consonance.channel.unused", "Unused", base.DEC, nil, 0x0080),
    channel_amplitude = ProtoField.uint16("consonance.channel.amplitude_byte", "Amplitude byte", base.DEC, nil, 0xff00),
    channel_amplitude_factor = ProtoField.float("consonance.channel.amplitude", "Amplitude"),
    channel_recipient = ProtoField.uint16("consonance.channel.recipient", "Recipient"),
    text_kind = ProtoField.uint8("consonance.text.kind", "To a", base.DEC, TEXT_KINDS),
    text_sender = ProtoField.uint16("consonance.text.sender", "Sender"),
    text_recipient = ProtoField.uint16("consonance.text.recipient", "Recipient"),
    text = ProtoField.string("consonance.text", "Text"),
    relay_count = ProtoField.uint8("consonance.relay.count", "Destinations"),
    relay_destination = ProtoField.uint16("consonance.relay.destination", "Destination"),
    relay_length = ProtoField.uint16("consonance.relay.length", "Packet length (bytes)"),
    joined = ProtoField.bool("consonance.joined", "Joined"),
    item_tag = ProtoField.uint8("consonance.item.tag", "Tag", base.DEC, ITEMS),
    item_length = ProtoField.uint16("consonance.item.length", "Length (bytes)"),
    item_bytes = ProtoField.bytes("consonance.item.bytes", "Bytes"),
    cap_routing = ProtoField.bool("consonance.capabilities.server_routing", "Server routing", 32, nil, 0x1),
    cap_resume = ProtoField.bool("consonance.capabilities.resume", "Resume", 32, nil, 0x2),
    cap_reports = ProtoField.bool("consonance.capabilities.voice_reports", "Voice reports", 32, nil, 0x4),
    cap_proximity = ProtoField.bool("consonance.capabilities.proximity", "Proximity", 32, nil, 0x8),
    capabilities = ProtoField.uint32("consonance.capabilities", "Capabilities", base.HEX),
    report_newest = ProtoField.uint16("consonance.report.newest", "Newest frame"),
    report_frames = ProtoField.uint32("consonance.report.frames", "Frames arrived"),
    report_arrived = ProtoField.uint32("consonance.report.arrived", "Arrived (ms)"),
    report_listeners = ProtoField.uint8("consonance.report.listeners", "Listeners"),
    report_lost_percent = ProtoField.uint8("consonance.report.lost_percent", "Lost (%)"),
    report_run = ProtoField.uint8("consonance.report.run", "Lost in a row (tenths of frames)"),
    report_delay = ProtoField.uint16("consonance.report.playout_delay", "Playout delay (ms)"),
    report_redundancy = ProtoField.uint8("consonance.report.redundancy", "Redundancy", base.HEX),
    report_dred = ProtoField.bool("consonance.report.redundancy.dred", "Deep redundancy", 8, nil, 0x01),
    report_repeat = ProtoField.bool("consonance.report.redundancy.repeat", "Repeated packets", 8, nil, 0x02),
    report_speaker = ProtoField.uint16("consonance.report.speaker", "Speaker"),
    report_expected = ProtoField.uint16("consonance.report.expected", "Expected frames"),
    report_lost = ProtoField.uint16("consonance.report.lost", "Lost frames"),
    position_number = ProtoField.uint16("consonance.position.number", "Report number"),
    position_x = ProtoField.float("consonance.position.x", "Along the first axis (m)"),
    position_y = ProtoField.float("consonance.position.y", "Along the second axis (m)"),
    position_z = ProtoField.float("consonance.position.z", "Along the third axis (m)"),
    trailing = ProtoField.bytes("consonance.trailing", "Bytes behind the body"),
}
proto.fields = f

local e = {
    short = ProtoExpert.new("consonance.malformed.short", "Packet ends too early", expert.group.MALFORMED,
        expert.severity.ERROR),
    magic = ProtoExpert.new("consonance.malformed.magic", "Wrong magic", expert.group.MALFORMED, expert.severity.ERROR),
    type = ProtoExpert.new("consonance.malformed.type", "Unknown type", expert.group.MALFORMED, expert.severity.ERROR),
    recipient = ProtoExpert.new("consonance.malformed.recipient", "Unknown recipient type", expert.group.MALFORMED,
        expert.severity.ERROR),
    client = ProtoExpert.new("consonance.malformed.client", "A client that is listed twice", expert.group.MALFORMED,
        expert.severity.ERROR),
    room = ProtoExpert.new("consonance.malformed.room", "A room without a name", expert.group.MALFORMED,
        expert.severity.ERROR),
    item = ProtoExpert.new("consonance.malformed.item", "Item of a wrong length", expert.group.MALFORMED,
        expert.severity.WARN),
    absurd = ProtoExpert.new("consonance.position.absurd", "No place: not a number, or too far out",
        expert.group.PROTOCOL, expert.severity.WARN),
    nested = ProtoExpert.new("consonance.relay.nested", "A relay inside a relay is not followed", expert.group.PROTOCOL,
        expert.severity.WARN),
    trailing = ProtoExpert.new("consonance.trailing.unknown", "Bytes behind the body that are no block of ours",
        expert.group.UNDECODED, expert.severity.NOTE),
}
proto.experts = { e.short, e.magic, e.type, e.recipient, e.client, e.room, e.item, e.absurd, e.nested, e.trailing }

-- The names that packets told so far: by session and id, and of rooms by their hashes.
local names, rooms = {}, {}

function proto.init()
    names, rooms = {}, {}
end

local function shift(value, bits) return math.floor(value / 2 ^ bits) end

-- (a × b) mod 2^32 for numbers of 32 bits, without losing any of a double's 53.
local function multiply(a, b)
    local low, high = b % 65536, shift(b, 16)
    return (a * low + (a * high % 65536) * 65536) % 4294967296
end

local function xor(a, b)
    local result, bit_value = 0, 1
    while a > 0 or b > 0 do
        if a % 2 ~= b % 2 then result = result + bit_value end
        a, b, bit_value = math.floor(a / 2), math.floor(b / 2), bit_value * 2
    end
    return result
end

-- The UTF-16 units of UTF-8 text; nil if it is none.
local function utf16_units(text)
    local units, at = {}, 1
    while at <= #text do
        local first = text:byte(at)
        local length = first < 0x80 and 1 or first >= 0xf0 and 4 or first >= 0xe0 and 3 or first >= 0xc0 and 2
        if not length or at + length - 1 > #text then return nil end
        local code = length == 1 and first or first % 2 ^ (7 - length)
        for i = at + 1, at + length - 1 do
            code = code * 64 + text:byte(i) % 64
        end
        if code >= 0x10000 then
            units[#units + 1] = 0xd800 + shift(code - 0x10000, 10)
            units[#units + 1] = 0xdc00 + (code - 0x10000) % 1024
        else
            units[#units + 1] = code
        end
        at = at + length
    end
    return units
end

-- A room's number: FNV-1a over the UTF-16 units of its name, folded to 16 bits.
local function room_id(name)
    local units = utf16_units(name)
    if not units then return nil end
    local hash = 2166136261
    for _, unit in ipairs(units) do
        hash = multiply(xor(hash, shift(unit, 8)), 16777619)
        hash = multiply(xor(hash, unit % 256), 16777619)
    end
    return (shift(hash, 16) * 5791 + hash % 65536 * 7639) % 65536
end

local function client(session, id)
    local name = names[session] and names[session][id]
    return name and string.format("%s #%d", name, id) or "#" .. id
end

local function room(id)
    return rooms[id] and "room " .. rooms[id] or "room #" .. id
end

local function remember_client(session, id, name)
    if name then
        names[session] = names[session] or {}
        names[session][id] = name
    end
end

local function remember_room(name)
    local id = name and room_id(name)
    if id then rooms[id] = name end
end

-- A reader of one packet. What is missing ends the reading, by way of an error that `dissect` catches.
local Reader = {}
Reader.__index = Reader

local function reader(buffer)
    return setmetatable({ buffer = buffer, at = 0 }, Reader)
end

function Reader:left() return self.buffer:len() - self.at end

function Reader:take(length, what)
    if length > self:left() then
        error({ what = what, missing = length - self:left() }, 0)
    end
    local range = self.buffer(self.at, length)
    self.at = self.at + length
    return range
end

-- Adds a number to the tree; its value, and its item.
function Reader:number(tree, field, length, what)
    local range = self:take(length, what)
    return range:uint(), tree:add(field, range), range
end

-- Adds a string whose length prefix is one more than its length, or 0 for no string at all, which is nil.
function Reader:string(tree, field, what)
    local prefix = self:take(2, what)
    local length = prefix:uint()
    if length == 0 then
        tree:add(field, prefix, "", nil, "(none)"):append_text(" (none)")
        return nil
    end
    if length == 1 then
        tree:add(field, prefix, "")
        return ""
    end
    local range = self:take(length - 1, what)
    tree:add(field, range, range:string(ENC_UTF_8))
    return range:string(ENC_UTF_8)
end

local function codec(r, tree)
    r:number(tree, f.codec, 1, "codec")
    r:number(tree, f.codec_frame, 4, "frame size")
    r:number(tree, f.codec_rate, 4, "sample rate")
end

local function described_client(r, tree, session)
    local sub = tree:add(proto, r.buffer(r.at), "Client")
    local begin = r.at
    local name = r:string(sub, f.client_name, "client name")
    local id = r:number(sub, f.client_id, 2, "client id")
    codec(r, sub)
    remember_client(session, id, name)
    sub:set_text("Client " .. client(session, id))
    sub:set_len(r.at - begin)
    return id
end

local function named_client(r, tree, field, session, what)
    local id, item = r:number(tree, field, 2, what)
    if names[session] and names[session][id] then
        item:append_text(" (" .. names[session][id] .. ")")
        tree:add(f.client_name, names[session][id]):set_generated()
    end
    return id
end

local bodies = {}

bodies[1] = function(r, tree, session)
    local id = described_client(r, tree, session)
    local listening = {}
    -- It may end here, or with one byte more: no rooms then.
    local count = r:left() < 2 and 0 or r:number(tree, f.count, 2, "room count")
    for _ = 1, count do
        local name = r:string(tree, f.room_name, "room name")
        remember_room(name)
        listening[#listening + 1] = name or "(none)"
    end
    return client(session, id) .. " listens to " .. (#listening > 0 and table.concat(listening, ", ") or "no room")
end

local function channel(r, tree, session)
    local bits, item, range = r:number(tree, f.channel_bits, 2, "channel bits")
    for _, field in ipairs({ f.channel_kind, f.channel_positional, f.channel_closing, f.channel_priority,
        f.channel_session, f.channel_unused, f.channel_amplitude }) do
        item:add(field, range)
    end
    item:add(f.channel_amplitude_factor, shift(bits, 8) / 255 * 2):set_generated()
    local is_room = bits % 2 == 1
    local recipient, to = r:number(tree, f.channel_recipient, 2, "recipient")
    local words = is_room and room(recipient) or "player " .. client(session, recipient)
    to:append_text(" (" .. words .. ")")
    return words .. (shift(bits, 2) % 2 == 1 and ", closing" or "")
end

-- No packet of Opus has three frames of 60 ms (RFC 6716, section 3.4).
local function is_sealed(frame)
    if frame:len() < 2 or frame(0, 1):uint() ~= 0x1b then return false end
    local count = frame(1, 1):uint()
    return count >= 3 and count <= 63
end

bodies[2] = function(r, tree, session)
    local sender = named_client(r, tree, f.voice_sender, session, "sender id")
    local options, item, range = r:number(tree, f.voice_options, 1, "voice options")
    item:add(f.voice_session, range, options % 128)
    item:add(f.voice_session_bits, options >= 128 and 7 or 2):set_generated()
    local sequence = r:number(tree, f.voice_sequence, 2, "sequence number")
    local channels = {}
    for _ = 1, (r:number(tree, f.channel_count, 2, "channel count")) do
        channels[#channels + 1] = channel(r, tree, session)
    end
    local length = r:number(tree, f.voice_frame_length, 2, "frame length")
    local frame = r:take(length, "encoded frame")
    tree:add(f.voice_frame, frame)
    return string.format("from %s, frame %d, to %s, %d bytes%s", client(session, sender), sequence,
        #channels > 0 and table.concat(channels, "; ") or "no client", length,
        is_sealed(frame) and ", encrypted end to end" or "")
end

bodies[3] = function(r, tree, session)
    local kind, item = r:number(tree, f.text_kind, 1, "recipient type")
    if not TEXT_KINDS[kind] then item:add_proto_expert_info(e.recipient) end
    local sender = named_client(r, tree, f.text_sender, session, "sender id")
    local recipient = r:number(tree, f.text_recipient, 2, "recipient")
    local text = r:string(tree, f.text, "text")
    local to = kind == 0 and room(recipient) or "player " .. client(session, recipient)
    return string.format("from %s to %s: %s", client(session, sender), to, text or "(none)")
end

bodies[4] = function(r, tree)
    codec(r, tree)
    return (r:string(tree, f.client_name, "player name") or "(none)") .. " wants to join"
end

bodies[5] = function(r, tree, session)
    local id = r:number(tree, f.client_id, 2, "client id")
    local is_listed = {}
    for _ = 1, (r:number(tree, f.count, 2, "client count")) do
        local listed = described_client(r, tree, session)
        if is_listed[listed] then tree:add_proto_expert_info(e.client) end
        is_listed[listed] = true
    end
    local is_named = {}
    for _ = 1, (r:number(tree, f.count, 2, "room-name count")) do
        local name = r:string(tree, f.room_name, "room name")
        remember_room(name)
        if name then is_named[room_id(name) or -1] = true end
    end
    for _ = 1, (r:number(tree, f.channel_count, 2, "channel count")) do
        local number, item = r:number(tree, f.room_id, 2, "room id")
        if not is_named[number] then item:add_proto_expert_info(e.room) end
        for _ = 1, (r:number(tree, f.relay_count, 1, "peer count")) do
            named_client(r, tree, f.client_id, session, "peer")
        end
    end
    return "you are #" .. id
end

bodies[6] = function(_, _, session)
    return string.format("the session is 0x%08x", session)
end

local dissect_packet

-- Originals before 9.0.5 list more than 255 destinations and write their number modulo 256. The smallest number is right
-- with which the ids, the length and a packet of this session fill the body exactly; else the byte says it.
local function destination_count(r, session, byte)
    local buffer = r.buffer
    for count = byte, 65535, 256 do
        local packet_at = r.at + 2 * count + 2
        if packet_at + 7 > buffer:len() then return byte end
        local fits = packet_at + buffer(packet_at - 2, 2):uint() == buffer:len()
        if fits and buffer(packet_at, 2):uint() == MAGIC and buffer(packet_at + 3, 4):uint() == session then
            return count
        end
    end
    return byte
end

local function relay(r, tree, session, depth)
    local destinations = {}
    local byte, count_item = r:number(tree, f.relay_count, 1, "destination count")
    local count = destination_count(r, session, byte)
    if count > byte then count_item:append_text(string.format(" modulo 256 of %d", count)) end
    for _ = 1, count do
        destinations[#destinations + 1] = client(session, (named_client(r, tree, f.relay_destination, session, "destination")))
    end
    local length = r:number(tree, f.relay_length, 2, "packet length")
    local range = r:take(length, "packet")
    local to = "to " .. (#destinations > 0 and table.concat(destinations, ", ") or "no client") .. ": "
    if depth > 0 then
        tree:add_proto_expert_info(e.nested)
        return to .. "another relay"
    end
    if length == 0 then return to .. "nothing" end
    local sub = tree:add(proto, range, "Relayed packet")
    return to .. dissect_packet(range:tvb(), sub, depth + 1)
end

bodies[7], bodies[8] = relay, relay

bodies[9] = function(r, tree, session)
    local joined = r:number(tree, f.joined, 1, "joined") ~= 0
    local id = named_client(r, tree, f.client_id, session, "client id")
    local name = r:string(tree, f.room_name, "room name")
    if not name then tree:add_proto_expert_info(e.room) end
    remember_room(name)
    return client(session, id) .. (joined and " enters " or " leaves ") .. (name or "(none)")
end

bodies[10] = function(r, tree, session)
    return client(session, (named_client(r, tree, f.client_id, session, "client id"))) .. " has left"
end

bodies[11] = function(r, tree, session)
    return "from " .. client(session, (named_client(r, tree, f.client_id, session, "client id")))
end

local items = {}

items[1] = function(r, tree)
    local range = r:take(4, "capabilities")
    local item = tree:add(f.capabilities, range)
    for _, field in ipairs({ f.cap_routing, f.cap_resume, f.cap_reports, f.cap_proximity }) do
        item:add(field, range)
    end
end

local function redundancy(r, tree)
    local _, item, range = r:number(tree, f.report_redundancy, 1, "redundancy")
    item:add(f.report_dred, range)
    item:add(f.report_repeat, range)
end

items[5] = function(r, tree)
    r:number(tree, f.report_newest, 2, "newest frame")
    r:number(tree, f.report_frames, 4, "frames")
    r:number(tree, f.report_arrived, 4, "arrival")
end

items[6] = function(r, tree)
    r:number(tree, f.report_listeners, 1, "listeners")
    r:number(tree, f.report_lost_percent, 1, "loss")
    r:number(tree, f.report_delay, 2, "playout delay")
    redundancy(r, tree)
end

items[7] = function(r, tree, session)
    redundancy(r, tree)
    for _ = 1, (r:number(tree, f.count, 1, "speaker count")) do
        named_client(r, tree, f.report_speaker, session, "speaker")
        r:number(tree, f.report_expected, 2, "expected")
        r:number(tree, f.report_lost, 2, "lost")
        r:number(tree, f.report_delay, 2, "playout delay")
    end
end

items[15] = function(r, tree)
    r:number(tree, f.report_run, 1, "losses in a row")
end

items[16] = function(r, tree)
    for _ = 1, (r:number(tree, f.count, 1, "speaker count")) do
        r:number(tree, f.report_run, 1, "losses in a row")
    end
end

items[8] = function(r, tree)
    r:number(tree, f.position_number, 2, "report number")
    if r:left() == 0 then
        tree:append_text(": in no place")
        return
    end
    local place = {}
    for axis, field in ipairs({ f.position_x, f.position_y, f.position_z }) do
        local range = r:take(4, "coordinate")
        place[axis] = range:float()
        tree:add(field, range)
    end
    local is_absurd = false
    for _, metres in ipairs(place) do
        -- What is not a number is in no range.
        is_absurd = is_absurd or not (metres >= -FARTHEST and metres <= FARTHEST)
    end
    if is_absurd then tree:add_proto_expert_info(e.absurd) end
    tree:append_text(string.format(": at %.1f, %.1f, %.1f m", place[1], place[2], place[3]))
end

-- The block behind a body: a mark, then items of tag, length and bytes; its tags in words, or nothing if it is none.
local function block(r, tree, session)
    local range = r.buffer(r.at)
    if r:left() < 2 or r.buffer(r.at, 2):uint() ~= BLOCK_MARK then
        tree:add(f.trailing, range):add_proto_expert_info(e.trailing)
        return ""
    end
    local sub = tree:add(proto, range, "Block of Consonance")
    r:take(2, "mark")
    local found = {}
    while r:left() > 0 do
        local begin = r.at
        local item = sub:add(proto, r.buffer(begin), "Item")
        local tag = r:number(item, f.item_tag, 1, "item tag")
        local length = r:number(item, f.item_length, 2, "item length")
        local bytes = r:take(length, "item")
        found[#found + 1] = ITEMS[tag] or "item " .. tag
        item:set_text("Item: " .. found[#found])
        item:set_len(r.at - begin)
        if items[tag] and length > 0 then
            local inner = reader(bytes:tvb())
            local is_whole = pcall(items[tag], inner, item, session)
            if not is_whole or inner:left() > 0 then item:add_proto_expert_info(e.item) end
        elseif SECRET_ITEMS[tag] then
            item:append_text(string.format(", %d bytes", length))
        elseif length > 0 then
            item:add(f.item_bytes, bytes)
        end
    end
    return " [" .. table.concat(found, ", ") .. "]"
end

-- Adds a packet to the tree; one line about it.
local function dissect(r, tree, depth)
    local magic, item = r:number(tree, f.magic, 2, "magic")
    if magic ~= MAGIC then
        item:add_proto_expert_info(e.magic)
        return "no packet of this protocol"
    end
    local kind, kind_item = r:number(tree, f.type, 1, "type")
    if not TYPES[kind] then
        kind_item:add_proto_expert_info(e.type)
        return "unknown type " .. kind
    end
    local session = 0
    if kind ~= HANDSHAKE_REQUEST then session = r:number(tree, f.session, 4, "session") end
    local words = bodies[kind](r, tree, session, depth)
    if r:left() > 0 then words = words .. block(r, tree, session) end
    tree:append_text(": " .. TYPES[kind])
    -- Only now, so that the packet itself still shows the name.
    if kind == 10 and names[session] then names[session][r.buffer(7, 2):uint()] = nil end
    return TYPES[kind] .. " " .. words
end

dissect_packet = function(buffer, tree, depth)
    local ok, outcome = pcall(dissect, reader(buffer), tree, depth)
    if ok then return outcome end
    if type(outcome) ~= "table" then error(outcome, 0) end
    tree:add_proto_expert_info(e.short,
        string.format("Packet ends too early: %d bytes of the %s are missing", outcome.missing, outcome.what))
    return "malformed: ends within the " .. outcome.what
end

function proto.dissector(buffer, pinfo, tree)
    if buffer:len() == 0 then return 0 end
    pinfo.cols.protocol = "Consonance"
    local sub = tree:add(proto, buffer(), "Consonance voice")
    if pinfo.dst_port == RELIABLE_PORT or pinfo.dst_port == UNRELIABLE_PORT then
        sub:add(f.delivery, pinfo.dst_port == RELIABLE_PORT and "reliable" or "unreliable"):set_generated()
    end
    pinfo.cols.info = dissect_packet(buffer, sub, 0)
    return buffer:len()
end

local udp = DissectorTable.get("udp.port")
udp:add(UNRELIABLE_PORT, proto)
udp:add(RELIABLE_PORT, proto)

proto:register_heuristic("udp", function(buffer, pinfo, tree)
    if buffer:len() < 7 or buffer(0, 2):uint() ~= MAGIC or not TYPES[buffer(2, 1):uint()] then return false end
    proto.dissector(buffer, pinfo, tree)
    return true
end)
