-- make_session.lua DIR URI TRACKS
-- Makes a session at 48 kHz with mono tracks, each with the plug-in (none when URI is empty), and saves it.
local dir, uri, tracks = arg[1], arg[2], tonumber(arg[3])

local backend = AudioEngine:set_backend("None (Dummy)", "Unit-Test", "")
backend:set_buffer_size(256)
local s = create_session(dir, "session", 48000)
assert(s and s:nominal_sample_rate() == 48000, "no session")
local order = ARDOUR.PresentationInfo.max_order
for k = 1, tracks do
	local track = s:new_audio_track(1, 2, nil, 1, "track" .. k, order, ARDOUR.TrackMode.Normal, true):front()
	if uri ~= "" then
		local proc = ARDOUR.LuaAPI.new_plugin(s, uri, ARDOUR.PluginType.LV2, "")
		assert(not proc:isnil() and track:add_processor_by_index(proc, 0, nil, true) == 0, "cannot insert " .. uri)
	end
end
s:save_state("")
s:close()
quit()
