-- make_stems_session.lua DIR RATE BLOCK
-- Makes a session with the track "wet" with Isolde Stems, whose three outputs go to the busses "voice", "reverb" and
-- "ambience", which are panned left; and saves.
local dir, rate, block = arg[1], tonumber(arg[2]), tonumber(arg[3])

local backend = AudioEngine:set_backend("None (Dummy)", "Unit-Test", "")
backend:set_buffer_size(block)
local s = create_session(dir, "session", rate)
assert(s and s:nominal_sample_rate() == rate, "no session at this rate")

local order = ARDOUR.PresentationInfo.max_order
local wet = s:new_audio_track(1, 2, nil, 1, "wet", order, ARDOUR.TrackMode.Normal, true):front()
local proc = ARDOUR.LuaAPI.new_plugin(s, "urn:isolde:stems-mono", ARDOUR.PluginType.LV2, "")
assert(not proc:isnil() and wet:add_processor_by_index(proc, 0, nil, true) == 0, "cannot insert the plug-in")
wet:panner_shell():set_bypassed(true) -- it would mix the three
assert(wet:n_outputs():n_audio() == 3, "the track has not got three outputs")

for i, name in ipairs{"voice", "reverb", "ambience"} do
	local bus = s:new_audio_route(1, 2, nil, 1, name, ARDOUR.PresentationInfo.Flag.AudioBus, order):front()
	bus:pan_azimuth_control():set_value(0, PBD.GroupControlDisposition.NoGroup)
	local out = wet:output():audio(i - 1)
	out:disconnect_all()
	assert(out:connect(bus:input():audio(0):name()) == 0, "cannot connect " .. name)
end
sleep(1) -- Ardour connects the busses to the master in a thread of its own
print("latency", proc:signal_latency())
s:save_state("")
s:close()
quit()
