#!/usr/bin/env python3
"""carla_session.py LIBRARY FRONTEND make PROJECT URI MODEL [SYMBOL=VALUE]...
carla_session.py LIBRARY FRONTEND load PROJECT

Carla's engine without a window, as a JACK client. `make` inserts a plug-in by its URI, sends it
MODEL by a patch:Set (none when empty), sets controls (`program=NAME`: chooses a preset) and saves;
`load` opens the project. Both print what Carla knows of the plug-in, then `ready` with the name of
its JACK client, obey lines of the standard input, and stop at its end:

    get SYMBOL        prints the value that Carla knows
    set SYMBOL VALUE  as Carla's automation does
    window            shows the plug-in's window, with `bridge=1` in a process of its own
    close             closes it

LIBRARY: folder of libcarla_standalone2.so; FRONTEND: folder of carla_backend.py."""

import ctypes
import os
import select
import sys
import time


def symbols_of(host) -> dict[str, int]:
    """Numbers of the parameters."""
    count = host.get_parameter_count(0)
    return {host.get_parameter_info(0, p)["symbol"]: p for p in range(count)}


def idle(host, seconds: float) -> None:
    """What Carla's window does all the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        host.engine_idle()
        time.sleep(0.03)


def describe(host) -> None:
    """One line a fact, for grep."""
    latency = host.lib.carla_get_plugin_latency
    latency.argtypes, latency.restype = (
        (ctypes.c_void_p, ctypes.c_uint),
        ctypes.c_uint32,
    )
    info = host.get_plugin_info(0)
    print(f"plugin {info['label']}: {info['name']}, {info['maker']}")
    print("latency", latency(host.handle, 0))
    for symbol, p in symbols_of(host).items():
        about, data = host.get_parameter_info(0, p), host.get_parameter_data(0, p)
        ranges = host.get_parameter_ranges(0, p)
        points = [
            host.get_parameter_scalepoint_info(0, p, k)["label"]
            for k in range(about["scalePointCount"])
        ]
        way = "output" if data["type"] == 2 else "input"
        moves = "automatable" if data["hints"] & 0x20 else "fixed"
        print(
            f"parameter {symbol}: {about['name']}, {ranges['min']:g} to {ranges['max']:g}"
            f" {about['unit']}, default {ranges['def']:g}, {way},"
            f" {moves} {' '.join(points)}".rstrip()
        )
        print(f"value {symbol} {host.get_current_parameter_value(0, p):g}")
    for p in range(host.get_program_count(0)):
        print("program", host.get_program_name(0, p))


def obey(host, line: str) -> None:
    """A line of the standard input."""
    verb, *words = line.split()
    if verb == "get":
        idle(host, 0.3)
        print(
            f"{host.get_current_parameter_value(0, symbols_of(host)[words[0]]):g}",
            flush=True,
        )
    elif verb == "set":
        host.set_parameter_value(0, symbols_of(host)[words[0]], float(words[1]))
    elif verb == "window":
        host.show_custom_ui(0, True)
    elif verb == "close":
        host.show_custom_ui(0, False)


def main() -> None:
    """See the head of the file."""
    library, frontend, command, project, *rest = sys.argv[1:]
    sys.path.insert(0, frontend)
    import carla_backend as carla

    host = carla.CarlaHostDLL(os.path.join(library, "libcarla_standalone2.so"), False)
    host.set_engine_option(carla.ENGINE_OPTION_PATH_BINARIES, 0, library)
    host.set_engine_option(
        carla.ENGINE_OPTION_PLUGIN_PATH, carla.PLUGIN_LV2, os.environ["LV2_PATH"]
    )
    mode = carla.ENGINE_PROCESS_MODE_MULTIPLE_CLIENTS
    host.set_engine_option(carla.ENGINE_OPTION_PROCESS_MODE, mode, "")
    if not host.engine_init("JACK", "carla"):
        sys.exit(f"carla: {host.get_last_error()}")
    if command == "make":
        uri, model, *values = rest
        # Carla chooses when it loads the plug-in.
        host.set_engine_option(carla.ENGINE_OPTION_PREFER_UI_BRIDGES, "bridge=1" in values, "")
        if not host.add_plugin(carla.BINARY_NATIVE, carla.PLUGIN_LV2, "", "", uri, 0, None, 0):
            sys.exit(f"carla: {host.get_last_error()}")
        host.set_active(0, True)
        idle(host, 0.5)
        if model:  # what its file dialogue does: a patch:Set on the plug-in's control port
            host.set_custom_data(0, "http://kxstudio.sf.net/ns/carla/path", "file", model)
        symbols = symbols_of(host)
        for symbol, value in (value.split("=") for value in values if value != "bridge=1"):
            if symbol == "program":
                names = [host.get_program_name(0, p) for p in range(host.get_program_count(0))]
                host.set_program(0, names.index(value))
            else:
                host.set_parameter_value(0, symbols[symbol], float(value))
        idle(host, 1)
        if not host.save_project(project):
            sys.exit(f"carla: {host.get_last_error()}")
    elif not host.load_project(project):
        sys.exit(f"carla: {host.get_last_error()}")
    idle(host, 1)
    describe(host)
    print("ready", host.get_plugin_info(0)["name"], flush=True)
    commands = open(0, "rb", buffering=0)  # a line in a buffer is none that select() sees
    while True:
        host.engine_idle()
        if select.select([commands], [], [], 0.03)[0]:
            line = commands.readline().decode()
            if not line:
                break
            obey(host, line)
    host.engine_close()


main()
