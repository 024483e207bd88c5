-- list.lua DIR: prints name, class and author of each plug-in of ours, as the Plugin Selector shows them.
AudioEngine:set_backend("None (Dummy)", "Unit-Test", "")
local s = create_session(arg[1], "session", 48000)
for plugin in ARDOUR.LuaAPI.list_plugins():iter() do
	if plugin.unique_id:match("^urn:isolde:") then print("listed", plugin.name, plugin.category, plugin.creator) end
end
s:close()
quit()
