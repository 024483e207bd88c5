#!/usr/bin/env python3
"""picture.py HOST SOUND OUTPUT.png: the window after ten seconds of a recording (mono, 48 kHz).

LV2_PATH leads to the bundle; `make window-picture` calls it.
"""

import subprocess
import sys
import tempfile

sound, output = sys.argv[2:4]
with tempfile.TemporaryDirectory() as scratch:
    sys.argv[2:] = [scratch]
    import window

    server = window.Server()
    try:
        host = window.Host(server, "urn:isolde:dialogue-mono", f"sound={sound}")
        host.open()
        host.ask("run 10.1")
        host.picture()
        host.quit()
    finally:
        server.stop()
    subprocess.run(
        [
            "convert",
            f"{scratch}/picture.ppm",
            "-dither",
            "None",
            "-colors",
            "128",
            output,
        ],
        check=True,
    )
