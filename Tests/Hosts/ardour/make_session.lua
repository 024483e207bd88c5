-- make_session.lua DIR RATE BLOCK URI CHANNELS PRESET [PORT=VALUE | PORT@SECONDS:VALUE,SECONDS:VALUE... ]...
-- Makes a session with the tracks "dry" (panned left) and "wet" (right), puts the LV2 plug-in on "wet",
-- loads a preset, sets controls (by LV2 port index), writes automation and saves.
local dir, rate, block, uri = arg[1], tonumber(arg[2]), tonumber(arg[3]), arg[4]
local channels, preset = tonumber(arg[5]), arg[6]

local backend = AudioEngine:set_backend("None (Dummy)", "Unit-Test", "")
backend:set_buffer_size(block)
local s = create_session(dir, "session", rate)
assert(s and s:nominal_sample_rate() == rate, "no session at this rate")

local function track(name, pan)
	local t = s:new_audio_track(channels, 2, nil, 1, name, ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true):front()
	if channels == 1 then t:pan_azimuth_control():set_value(pan, PBD.GroupControlDisposition.NoGroup) end
	return t
end
track("dry", 0.0)
local wet = track("wet", 1.0)

local proc = ARDOUR.LuaAPI.new_plugin(s, uri, ARDOUR.PluginType.LV2, "")
assert(not proc:isnil(), "Ardour does not find or cannot load " .. uri)
assert(wet:add_processor_by_index(proc, 0, nil, true) == 0, "cannot insert the plug-in")
local plugin = proc:to_insert():plugin(0)

local nth = {} -- LV2 port index -> Ardour's running number of controls
for n = 0, plugin:parameter_count() - 1 do
	local port, t = plugin:nth_parameter(n, false)
	if t[2] then nth[port] = n end
end
assert(plugin:name() ~= "" and nth[2 * channels], "no controls")

if preset ~= "" then
	local record = plugin:preset_by_uri(preset)
	assert(record and record.valid and plugin:load_preset(record), "cannot load the preset " .. preset)
	sleep(1)
end
for i = 7, #arg do
	local port, value = arg[i]:match("^(%d+)=(.+)$")
	if port then
		assert(ARDOUR.LuaAPI.set_processor_param(proc, nth[tonumber(port)], tonumber(value)), "cannot set " .. arg[i])
	end
	local automated, points = arg[i]:match("^(%d+)@(.+)$")
	if automated then
		automated = tonumber(automated)
		local list, control = ARDOUR.LuaAPI.plugin_automation(proc, nth[automated])
		assert(not list:isnil(), "cannot automate " .. arg[i])
		control:clear_list()
		for sample, level in points:gmatch("(%d+):([^,]+)") do
			control:add(Temporal.timepos_t(tonumber(sample)), tonumber(level), false, true)
		end
		local param = Evoral.Parameter(ARDOUR.AutomationType.PluginAutomation, 0, automated)
		proc:to_automatable():automation_control(param, false):set_automation_state(ARDOUR.AutoState.Play)
	end
end

print("latency", proc:signal_latency())
s:save_state("")
s:close()
quit()
