import Glibc

/// What a process took that was started for it; what it writes goes nowhere.
struct Spawned {
  /// From before its start until after its end, in milliseconds.
  let wall: Double
  /// Of all its threads, in milliseconds.
  let processor: Double
  /// Of its resident memory, in MB; the system counts no less than what this program holds itself.
  let peak: Double

  /// Runs a command to its end.
  ///
  /// - Throws: `Mismatch` when it cannot be started, or ends as one that could not read its input.
  init(_ command: [String]) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    let start = Measuring.wallTime()
    guard posix_spawn(&process, command[0], &actions, nil, arguments, environ) == 0 else {
      throw Mismatch("'\(command[0])' cannot be started")
    }
    var (status, usage): (Int32, rusage) = (0, rusage())
    guard wait4(process, &status, 0, &usage) == process else { throw Mismatch("'\(command[0])' got lost") }
    wall = Double(Measuring.wallTime() - start) / 1e6
    processor = Self.milliseconds(usage.ru_utime) + Self.milliseconds(usage.ru_stime)
    peak = Double(usage.ru_maxrss) / 1024
    let ended = status >> 8 & 0xFF
    guard status & 0x7F == 0, [0, 2, 4].contains(ended) else {
      throw Mismatch("'\(command.joined(separator: " "))' ended with \(status)")
    }
  }

  private static func milliseconds(_ time: timeval) -> Double {
    Double(time.tv_sec) * 1e3 + Double(time.tv_usec) / 1e3
  }
}
