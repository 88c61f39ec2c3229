import Glibc

/// How long a quote takes from the instant when the sender was due to send it to the cells of its pairs.
///
/// `latency PORT FRAMES WARM-UP`: reads from `sender -u`, which puts that instant into the update number, and prints a
/// JSON line of all frames but the first ones.
@main
enum Latency {
    static func main() async {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard numbers.count == 3, (1...65_535).contains(numbers[0]), (0..<numbers[1]).contains(numbers[2]) else {
            print("usage: latency PORT FRAMES WARM-UP")
            exit(64)
        }
        let arrivals = Arrivals(expected: numbers[1], warmUp: numbers[2])
        let line = SocketLine(port: numbers[0], arrivals: arrivals)
        let isComplete = await line.run(seconds: 60)
        guard isComplete else {
            print("only \(arrivals.count) of \(numbers[1]) quotes came")
            exit(1)
        }
        print(arrivals.report())
    }
}
