import ArgumentParser
import Glibc

private let searched = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin"

/// Fuzzes `isolde clean` (`make fuzz`): the bytes are a sound file. The command, run in this process,
/// refuses it with an error or writes what it could read; it never traps.
///
/// The file's name ends in what its first bytes say, so that readers that go by the name are met too. One
/// length in 32 is also given to ffmpeg when libsndfile refuses it: to load that takes as long as a hundred
/// inputs without. The model is the one that ISOLDE_FUZZ_MODEL names, a small one.
@c(LLVMFuzzerTestOneInput)
public func cleanSound(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  setenv("PATH", count % 32 == 0 ? searched : "/nowhere", 1)
  let folder = "/dev/shm/isolde-fuzz-\(getpid())"
  mkdir(folder, 0o700)
  let input = "\(folder)/in.\(count > 4 && bytes[0] == 0x66 ? "flac" : "wav")"
  guard let file = fopen(input, "wb") else { return 0 }
  fwrite(bytes, 1, count, file)
  fclose(file)
  let model = getenv("ISOLDE_FUZZ_MODEL").map { String(cString: $0) } ?? "live"
  do {
    var command = try Isolde.parseAsRoot([
      "clean", "--quiet", "--force", "--stems", "--model", model, "--output", "\(folder)/out.wav",
      input,
    ])
    try command.run()
  } catch {}
  // Nothing stays behind but what was asked for, whole; the next input begins with an empty folder.
  for name in [
    "in.wav", "in.flac", "out.wav", "out-voice.wav", "out-reverb.wav", "out-background.wav",
  ] {
    unlink("\(folder)/\(name)")
  }
  guard rmdir(folder) == 0 else {
    perror("files were left in \(folder)")
    abort()
  }
  return 0
}
