-- make_surround_session.lua DIR RATE BLOCK
-- Makes a session with a track of six channels, which goes to the 5.1 bus "wet" with Isolde Dialogue 5.1, and that to a
-- master of six channels; and saves. No panner is at work: every channel keeps its place.
local dir, rate, block = arg[1], tonumber(arg[2]), tonumber(arg[3])

local backend = AudioEngine:set_backend("None (Dummy)", "Unit-Test", "")
backend:set_buffer_size(block)
local s = create_session(dir, "session", rate)
assert(s and s:nominal_sample_rate() == rate, "no session at this rate")

local master, order = s:master_out(), ARDOUR.PresentationInfo.max_order
for _ = 3, 6 do
	assert(master:input():add_port("", nil, ARDOUR.DataType.audio()) == 0, "the master stays narrow")
end
local take = s:new_audio_track(6, 6, nil, 1, "take", order, ARDOUR.TrackMode.Normal, true):front()
local wet = s:new_audio_route(6, 6, nil, 1, "wet", ARDOUR.PresentationInfo.Flag.AudioBus, order):front()
local proc = ARDOUR.LuaAPI.new_plugin(s, "urn:isolde:dialogue-5.1", ARDOUR.PluginType.LV2, "")
assert(not proc:isnil() and wet:add_processor_by_index(proc, 0, nil, true) == 0, "cannot insert the plug-in")
sleep(1) -- Ardour connects to the master in a thread of its own

for _, route in ipairs{master, take, wet} do
	if not route:panner_shell():isnil() then route:panner_shell():set_bypassed(true) end
end
local function connect(from, to)
	assert(from:n_outputs():n_audio() == 6, from:name() .. " has not got six outputs")
	for c = 0, 5 do
		local out = from:output():audio(c)
		out:disconnect_all()
		assert(out:connect(to:input():audio(c):name()) == 0, "cannot connect " .. from:name())
	end
end
connect(take, wet)
connect(wet, master)
print("latency", proc:signal_latency())
print("channels", proc:to_insert():plugin(0):get_info().n_inputs:n_audio(), master:n_outputs():n_audio())
s:save_state("")
s:close()
quit()
