#!/usr/bin/env python3
"""cost.py HOST SOUND: what the window costs, in processor milliseconds a second.

LV2_PATH leads to the bundle; `make window-cost` calls it. Values are the least of several, so that
what else runs counts little.
"""

import sys
import tempfile
import time

program, sound = sys.argv[1:]
with tempfile.TemporaryDirectory() as scratch:
    sys.argv[1:] = [program, scratch]
    import window

    server = window.Server()
    try:
        for kind in ("dialogue-mono", "dialogue-stereo", "live-mono", "live-stereo"):
            host = window.Host(server, f"urn:isolde:{kind}", f"sound={sound}")
            alone, watched = (float(value) for value in host.ask("cost 20").split())
            print(f"{kind}: run() {alone:.2f} ms a second, {watched:.2f} while a window watches")
            host.quit()
        host = window.Host(server, "urn:isolde:dialogue-stereo", f"sound={sound}")
        times = []
        for _ in range(20):
            start = time.monotonic()
            host.ask("open")
            times.append(1000 * (time.monotonic() - start))
            host.tell("close 0")
        print(f"opening: {times[0]:.0f} ms at first, {min(times[1:]):.0f} ms then")
        host.ask("open")
        shown = min(float(host.ask("run 2")) for _ in range(5))
        host.tell("hide 0")
        host.ask("run 4")
        hidden = min(float(host.ask("run 1")) for _ in range(3))
        print(f"at 30 frames a second: {shown:.1f} ms a second, {hidden:.2f} while it is hidden")
        host.quit()
    finally:
        server.stop()
