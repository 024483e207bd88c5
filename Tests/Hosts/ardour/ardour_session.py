#!/usr/bin/env python3
"""ardour_session.py URI IN.wav OUTDIR [SYMBOL=VALUE | SYMBOL@SAMPLE:VALUE,SAMPLE:VALUE...]...

Headless Ardour 7: IN.wav (32-bit float) on the tracks "dry" and "wet", the plug-in on "wet"; saved,
loaded again in another process, each track exported by solo. Leaves OUTDIR/dry.wav, OUTDIR/wet.wav
(stereo; a mono track is on the left or on the right channel) and OUTDIR/session. Prints what Ardour
says.
Options: --block N (256)  --preset URI  --tracks dry,wet (which to export)
--stems: instead the track "wet" with Isolde Stems, routed to the busses voice, reverb and ambience
--surround: instead a track of six channels and the bus "wet" with Isolde Dialogue 5.1
Needs ardour, ffmpeg, lilv-utils; LV2_PATH as set by the caller."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

HERE = Path(__file__).resolve().parent
PRESET = "5d0f3c3e-6c55-4b7a-9d37-3f6c1f4f0d11"
FLOAT_WAV = "20b4ab09-6452-4cb3-bd66-b921cdbd2942"  # "BWAV 32float Export", comes with Ardour
NOISE = r"(?m)^(lua/.*slot|.*encoder is not available|Butler|.*Reasonable Synth).*\n"


def write_export_preset(folder: Path) -> None:
    """32-bit float, one file named after its time span."""
    folder.mkdir(parents=True, exist_ok=True)
    names = ("label", "session", "snapshot", "timespan", "revision")
    fields = "".join(f'<Field name="{n}" enabled="{int(n == "timespan")}"/>' for n in names)
    times = "".join(
        f'<Field name="{name}" enabled="0" value="{name[0].upper()}_None"/>'
        for name in ("time", "date")
    )
    (folder / "float.preset").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ExportPreset id="{PRESET}" name="float">'
        f'<ExportFormat id="{FLOAT_WAV}"/><ExportFilename><Folder relative="1" path="export"/>'
        f"{fields}{times}</ExportFilename></ExportPreset>\n"
    )


def add_audio(session: Path, wav: Path, rate: int, channels: int, frames: int) -> None:
    """Puts the file on all tracks, in the session file: luasession has no import."""
    audio = session / "interchange" / "session" / "audiofiles"
    for c in range(channels):  # Ardour keeps mono files
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", wav, "-af", f"pan=mono|c0=c{c}"]
            + ["-c:a", "pcm_f32le", audio / f"in%{c + 1}.wav"],
            check=True,
        )
    tree = ET.parse(session / "session.ardour")
    root = tree.getroot()
    per_second = int(root.find("TempoMap").get("superclocks-per-second"))
    next_id = int(root.get("id-counter"))
    sources = range(next_id, next_id + channels)
    for c, source in enumerate(sources):
        attributes = (
            f'name="in%{c + 1}.wav" take-id="" type="audio" flags="" id="{source}" channel="0" '
            'origin="" natural-position="a0" have-natural-position="1" gain="1"'
        )
        root.find("Sources").append(ET.fromstring(f"<Source {attributes}/>"))
    next_id += channels
    off = (
        "muted locked video-locked whole-file import external sync-marked left-of-split "
        "right-of-split hidden position-locked default-fade-in default-fade-out fade-in-active "
        "fade-out-active envelope-active layering-index"
    )
    for playlist in root.find("Playlists"):
        region = dict.fromkeys(off.split(), "0") | {
            "name": "in", "opaque": "1", "automatic": "0", "valid-transients": "0", "start": "a0",
            "length": f"a{frames * per_second // rate}@a0", "position": "a0", "sync-position": "a0",
            "stretch": "1", "shift": "1", "type": "audio", "id": str(next_id),
            "channels": str(channels), "scale-amplitude": "1",
        }  # fmt: skip
        for c, source in enumerate(sources):
            region[f"source-{c}"] = region[f"master-source-{c}"] = str(source)
        ET.SubElement(playlist, "Region", region)
        next_id += 1
    root.set("id-counter", str(next_id))
    tree.write(session / "session.ardour", xml_declaration=True, encoding="UTF-8")


def main() -> None:
    """See the head of the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("uri")
    parser.add_argument("wav", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("controls", nargs="*")
    parser.add_argument("--block", type=int, default=256)
    parser.add_argument("--preset", default="")
    parser.add_argument("--tracks", default="dry,wet")
    parser.add_argument("--stems", action="store_true")
    parser.add_argument("--surround", action="store_true")
    args = parser.parse_intermixed_args()

    probe = subprocess.run(
        ["ffprobe", "-v", "error", "-of", "csv=p=0", "-show_entries"]
        + ["stream=sample_rate,channels,duration_ts", args.wav],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rate, channels, frames = map(int, probe.stdout.strip().split(","))
    out = args.out.resolve()
    session = out / "session"
    shutil.rmtree(out, ignore_errors=True)
    write_export_preset(out / "config" / "ardour7" / "export")
    env = dict(os.environ, XDG_CONFIG_HOME=str(out / "config"), XDG_CACHE_HOME=str(out / "cache"))

    def lua(script: str, *argv: object, tries: int = 1) -> None:
        done = subprocess.run(
            ["ardour7-lua", HERE / script, *map(str, argv)],
            env=env, text=True, timeout=300, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        print(re.sub(NOISE, "", done.stdout), end="")
        # luasession 7.3 sometimes dies in the export: its threads race
        if done.returncode and tries > 1:
            lua(script, *argv, tries=tries - 1)
        elif done.returncode:
            sys.exit(f"{script} failed: {done.returncode}")

    listing = subprocess.run(["lv2info", args.uri], capture_output=True, text=True).stdout
    ports = {s: n for n, s in re.findall(r"Port (\d+):.*?Symbol:\s+(\S+)", listing, re.S)}
    if not ports:
        sys.exit(f"lv2info does not know {args.uri}")
    controls = [re.sub(r"^\w+", lambda m: ports[m[0]], c) for c in args.controls]
    if args.stems:
        lua("make_stems_session.lua", session, rate, args.block)
    elif args.surround:
        lua("make_surround_session.lua", session, rate, args.block)
    else:
        lua(
            "make_session.lua",
            session,
            rate,
            args.block,
            args.uri,
            channels,
            args.preset,
            *controls,
        )
    add_audio(session, args.wav, rate, channels, frames)
    for track in filter(None, args.tracks.split(",")):
        lua("export_session.lua", session, args.block, frames, PRESET, track, tries=5)
        shutil.copy(session / "export" / f"{track}.wav", out / f"{track}.wav")


if __name__ == "__main__":
    main()
