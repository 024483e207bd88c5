-- roll_session.lua DIR SECONDS
-- Loads the session in JACK and plays it in real time. Prints `rolling` when it does, and at the end the
-- mean and the greatest of Ardour's DSP load in percent, the seconds that were played meanwhile, and what the
-- plug-ins of all tracks took together of a period, in microseconds on the clock on the wall, by Ardour's own account.
local dir, seconds = arg[1], tonumber(arg[2])

AudioEngine:set_backend("JACK", "isolde-test", "")
local s = load_session(dir, "session")
assert(s, "cannot load the session")
s:request_roll(ARDOUR.TransportRequestSource.TRS_UI)
sleep(2)
assert(s:transport_rolling(), "it does not roll")
local from = s:transport_sample()
local plugins = {}
for track in s:get_tracks():iter() do
	local plugin = track:nth_plugin(0)
	if not plugin:isnil() then
		table.insert(plugins, plugin:to_plugininsert())
	end
end
for _, plugin in ipairs(plugins) do
	plugin:clear_stats()
end
print("rolling")
io.stdout:flush()
local sum, most = 0, 0
for k = 1, seconds * 10 do
	sleep(0.1)
	local load = AudioEngine:get_dsp_load()
	sum = sum + load
	most = math.max(most, load)
end
local together = 0
for _, plugin in ipairs(plugins) do
	local _, times = plugin:get_stats(0, 0, 0, 0) -- least, greatest, mean, deviation
	together = together + times[3]
end
local played = (s:transport_sample() - from) / 48000
print(string.format("load %.1f %.1f played %.1f plug-ins %.0f", sum / seconds / 10, most, played, together))
s:close()
quit()
