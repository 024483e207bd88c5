-- roll_session.lua DIR SECONDS
-- Loads the session in JACK and plays it in real time. Prints `rolling` when it does, and at the end the
-- mean and the greatest of Ardour's DSP load in percent and the seconds that were played meanwhile.
local dir, seconds = arg[1], tonumber(arg[2])

AudioEngine:set_backend("JACK", "isolde-test", "")
local s = load_session(dir, "session")
assert(s, "cannot load the session")
s:request_roll(ARDOUR.TransportRequestSource.TRS_UI)
sleep(2)
assert(s:transport_rolling(), "it does not roll")
local from = s:transport_sample()
print("rolling")
io.stdout:flush()
local sum, most = 0, 0
for k = 1, seconds * 10 do
	sleep(0.1)
	local load = AudioEngine:get_dsp_load()
	sum = sum + load
	most = math.max(most, load)
end
print(string.format("load %.1f %.1f played %.1f", sum / seconds / 10, most, (s:transport_sample() - from) / 48000))
s:close()
quit()
