-- export_session.lua DIR BLOCK LENGTH PRESET_ID ROUTE|all
-- Loads the session, prints what came back and the latencies, exports one track or bus by solo, or all, freewheeling,
-- and saves.
local dir, block, length, preset, what = arg[1], tonumber(arg[2]), tonumber(arg[3]), arg[4], arg[5]

local backend = AudioEngine:set_backend("None (Dummy)", "Unit-Test", "")
backend:set_buffer_size(block)
local s = load_session(dir, "session")
assert(s, "cannot load the session")

local wet = s:route_by_name("wet")
local proc = wet:nth_plugin(0)
assert(not proc:isnil(), "the plug-in did not come back")
local plugin = proc:to_insert():plugin(0)
for port = 0, plugin:parameter_count() - 1 do
	if plugin:parameter_is_control(port) and plugin:parameter_is_input(port) then
		local param = Evoral.Parameter(ARDOUR.AutomationType.PluginAutomation, 0, port)
		local c = proc:to_automatable():automation_control(param, false)
		if not c:isnil() then print(string.format("control %d %.6g", port, c:get_value())) end
	end
end
sleep(1) -- let the latency callback run
print("latency", proc:signal_latency())
print("preroll", s:worst_latency_preroll())

for route in s:get_routes():iter() do
	if not route:is_master() then route:solo_control():set_value(0, PBD.GroupControlDisposition.NoGroup) end
end
sleep(0.5)
if what ~= "all" then s:route_by_name(what):solo_control():set_value(1, PBD.GroupControlDisposition.NoGroup) end
sleep(0.5)
local e = s:simple_export()
assert(e:set_preset(preset), "the export preset is not there")
e:set_folder(dir .. "/export")
e:set_name(what)
e:set_range(0, length)
assert(e:check_outputs() and e:run_export(), "export failed")
e = nil
collectgarbage() -- an export object that outlives the session crashes Ardour at the end

print("latency after the export", proc:signal_latency())
s:save_state("")
s:close()
quit()
