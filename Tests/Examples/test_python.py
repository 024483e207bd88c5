"""The Python package beside the command line, which is called by $ISOLDE: the same samples."""

import os
import pathlib
import subprocess
import tempfile

import isolde
import numpy as np
import pytest
import soundfile

RATE = 48000


@pytest.fixture(scope="module")
def take(tmp_path_factory):
    """Two channels, a file of them, and what the command line makes of it, by its option's name."""
    folder = tmp_path_factory.mktemp("python")
    noise = np.random.default_rng(1).standard_normal((70000, 2)).astype(np.float32)
    x = 0.1 * noise * np.linspace(0, 1, len(noise), dtype=np.float32)[:, None]
    soundfile.write(folder / "take.wav", x, RATE, subtype="FLOAT")

    def cleaned(*options):
        command = [os.environ["ISOLDE"], "clean", "--quiet", "--force", *options, "take.wav"]
        subprocess.run(command, cwd=folder, check=True)
        return lambda end: soundfile.read(folder / f"take-{end}.wav", dtype="float32")[0]

    return x, cleaned


def test_stems_are_the_command_lines(take):
    x, cleaned = take
    read = cleaned("--stems", "--sensitivity", "30")
    stems = isolde.separate(x, RATE, sensitivity=30)
    for name, stem in stems._asdict().items():
        np.testing.assert_array_equal(stem, read(name))
    np.testing.assert_allclose(sum(stems), x, atol=1e-6)


def test_mix_is_the_command_lines(take):
    x, cleaned = take
    read = cleaned("--model", "live", "--reverb", "-3", "--ambience", "-60")
    mixed = isolde.clean(x, RATE, "live", reverb=-3, background=-60)
    np.testing.assert_array_equal(mixed, read("clean"))


def test_highs_are_the_command_lines(take):
    x, _ = take
    command = [os.environ["ISOLDE"], "extend", "--quiet", "--force", "--amount", "-3"]
    with tempfile.TemporaryDirectory() as folder:
        soundfile.write(f"{folder}/take.wav", x, RATE, subtype="FLOAT")
        subprocess.run([*command, "take.wav"], cwd=folder, check=True)
        expected = soundfile.read(f"{folder}/take-extended.wav", dtype="float32")[0]
    np.testing.assert_array_equal(isolde.extend(x, RATE, amount=-3), expected)
    assert np.any(expected != x)


def test_blocks_do_not_matter(take):
    x = take[0][:20000, 0]
    whole = isolde.separate(x, RATE, "live")
    with isolde.Stream(RATE, model="live") as stream:
        assert stream.latency == 1536
        cuts = np.split(np.append(x, np.zeros(stream.latency, np.float32)), [1, 500, 4096, 4096])
        voice = np.concatenate([stream.split(cut).voice for cut in cuts])
        np.testing.assert_array_equal(voice[stream.latency :], whole.voice)
        stream.reset()
        np.testing.assert_array_equal(stream.split(x).voice, voice[: len(x)])


@pytest.mark.parametrize("shape", [(5000,), (5000, 1), (5000, 3), (0,), (0, 2)])
def test_form_stays(shape):
    x = np.zeros(shape)
    assert {stem.shape for stem in isolde.separate(x, RATE, "live")} == {shape}
    assert isolde.clean(x[::2], RATE, "live").dtype == np.float32


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: isolde.Stream(RATE, model="stage"),
            "built in are deepfilter, deepfilter_live, extend, live, split, studio",
        ),
        (lambda: isolde.Stream(RATE, model="/no/such.isolde"), "/no/such.isolde: no such file"),
        (lambda: isolde.Stream(7999), "7999|8,?000"),
        (lambda: isolde.Stream(RATE, 65), "6[45]"),
        (lambda: isolde.separate(np.zeros((2, 2, 2)), RATE), "3 axes"),
        (lambda: isolde.separate(np.zeros(9, np.int16), RATE), "int16; take floats"),
        (lambda: isolde.clean(np.zeros(9), RATE, ambience=0), "no control 'ambience'.*background"),
        (lambda: isolde.clean(np.zeros(9), RATE, voice=13), "voice is 13; take -60 to 12"),
        (lambda: isolde.separate(np.zeros(9), RATE, sensitivity=np.nan), "sensitivity is nan"),
        (lambda: isolde.Stream(RATE, 2).split(np.zeros(9)), "1 channels, the stream 2"),
    ],
)
def test_refused_in_one_line(call, message):
    with pytest.raises(isolde.Error, match=message) as refused:
        call()
    assert "\n" not in str(refused.value)


def test_closed_stream_is_refused():
    stream = isolde.Stream(RATE)
    stream.close()
    stream.close()
    with pytest.raises(isolde.Error, match="closed"):
        stream.mix(np.zeros(9))


def test_library_and_models_are_the_wheels():
    folder = pathlib.Path(isolde.__file__).parent
    assert (folder / "libisolde.so.0").exists()
    with open("/proc/self/maps") as maps:
        loaded = {line.split()[-1] for line in maps if "libisolde" in line}
    assert loaded == {str(folder / "libisolde.so.0")}


@pytest.mark.parametrize(
    ("rate", "model", "status"),
    [
        (RATE, "stage", isolde.Status.NOT_FOUND),
        (RATE, ".", isolde.Status.UNREADABLE),
        (RATE, __file__, isolde.Status.BAD_MODEL),
        (100, "live", isolde.Status.BAD_ARGUMENT),
    ],
)
def test_a_refusal_has_its_kind(rate, model, status):
    with pytest.raises(isolde.Error) as refusal:
        isolde.Stream(rate, model=model)
    assert refusal.value.status == status
