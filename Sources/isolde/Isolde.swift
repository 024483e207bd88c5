import ArgumentParser
import CIsolde
import Glibc

/// The command line of Isolde.
@main
struct Isolde: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "isolde",
    abstract: "Separates dialogue recordings into voice, reverb and background.",
    discussion: """
      isolde clean take1.wav writes take1-clean.wav. The same model and the same arithmetic as \
      in the LV2 plug-in: both give the same samples.
      """,
    version: "isolde \(ISOLDE_VERSION)",
    subcommands: [
      CleanCommand.self, ExtendCommand.self, InspectCommand.self, PlotCommand.self,
      SplitCommand.self, ViewCommand.self,
    ])

  /// Exit status when everything was cleaned, but a recording does not match its header: it is shorter, longer
  /// or damaged.
  static let differs: Int32 = 2

  /// Runs the command; any failure gets one line on stderr.
  static func main() {
    Interruption.watch()
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch let failure as Failure {
      failure.report()
      Glibc.exit(EXIT_FAILURE)
    } catch let interruption as Interruption {
      interruption.endProcess()
    } catch {
      let code = exitCode(for: error)
      let explained = code == .success || error is ExitCode || error is CleanExit
      if explained { exit(withError: error) }
      let line = message(for: error).split(separator: "\n").joined(separator: " ")
      Failure(nil, line.trimmingSuffix("."), remedy: "see isolde --help").report()
      Glibc.exit(code.rawValue)
    }
  }

  /// The arguments without the program's name, byte by byte.
  private static var arguments: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { index in
      CommandLine.unsafeArgv[index].map { argument in
        String(pathBytes: UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
      }
    }
  }
}
