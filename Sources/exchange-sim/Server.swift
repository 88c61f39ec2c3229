import ArgumentParser
import Dispatch
import NIOCore
import NIOPosix
import Simulation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Opens the listeners, says where they are, and waits for a signal.
struct Server {
    let simulator: Simulator
    let port: (SimulatedVenue) -> UInt16
    let controlPort: UInt16
    let portsFile: String?
    let tls: Credentials?

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let (stop, sources) = Self.stopSignal()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let (simulator, tls) = (self.simulator, self.tls)
        let hub = try loop.submit {
            NIOLoopBound(Hub(simulator: simulator, tls: tls, loop: loop), eventLoop: loop)
        }.wait()
        var ports: [(name: String, port: Int)] = []
        var listeners: [(venue: SimulatedVenue, channel: any Channel)] = []
        for venue in simulator.venues {
            let channel = try self.listen(
                .venue(venue),
                name: venue.rawValue,
                on: self.port(venue),
                loop: loop,
                hub: hub
            )
            listeners.append((venue: venue, channel: channel))
            ports.append((name: venue.rawValue, port: channel.localAddress?.port ?? 0))
        }
        let control = try self.listen(.control, name: "control", on: self.controlPort, loop: loop, hub: hub)
        ports.append((name: "control", port: control.localAddress?.port ?? 0))
        try self.announce(ports)
        let opened = listeners
        try loop.submit { hub.value.start(Self.doors(opened, loop: loop, hub: hub)) }.wait()
        withExtendedLifetime(sources) { stop.wait() }
        // The process ends with everything it holds; nothing here is worth waiting for.
        exit(0)
    }

    private func listen(
        _ role: Role,
        name: String,
        on port: UInt16,
        loop: any EventLoop,
        hub: NIOLoopBound<Hub>
    ) throws -> any Channel {
        do {
            return try Self.bootstrap(role, loop: loop, hub: hub).bind(host: "127.0.0.1", port: Int(port)).wait()
        } catch {
            throw Failure(code: 69, "exchange-sim: cannot listen on 127.0.0.1:\(port) for \(name): \(error)").report()
        }
    }

    private static func bootstrap(_ role: Role, loop: any EventLoop, hub: NIOLoopBound<Hub>) -> ServerBootstrap {
        ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 512)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try hub.value.accept(channel, as: role) }
            }
    }

    private static func doors(
        _ listeners: [(venue: SimulatedVenue, channel: any Channel)],
        loop: any EventLoop,
        hub: NIOLoopBound<Hub>
    ) -> [SimulatedVenue: Door] {
        var doors: [SimulatedVenue: Door] = [:]
        for (venue, channel) in listeners {
            doors[venue] = Door(channel) { port in
                self.bootstrap(.venue(venue), loop: loop, hub: hub)
                    .serverChannelOption(.socketOption(.sharedPort), value: 1)
                    .bind(host: "127.0.0.1", port: port)
            }
        }
        return doors
    }

    private func announce(_ ports: [(name: String, port: Int)]) throws {
        if let path = self.portsFile {
            let members = ports.map { "\"\($0.name)\":\($0.port)" }.joined(separator: ",")
            guard Files.replace(path, with: "{\(members)}\n") else {
                throw Failure(code: 73, "exchange-sim: cannot write the ports file \(path)").report()
            }
        }
        for entry in ports {
            let isSecure = self.tls != nil && entry.name != "control"
            Standard.output("\(entry.name) \(isSecure ? "https://localhost" : "http://127.0.0.1"):\(entry.port)")
        }
        if let tls = self.tls {
            Standard.output("ca \(tls.authorityPath)")
            Standard.output(tls.configuration(ports.filter { $0.name != "control" }))
        }
        Standard.output("ready")
    }

    private static func stopSignal() -> (DispatchSemaphore, [any DispatchSourceSignal]) {
        let stop = DispatchSemaphore(value: 0)
        let sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                Standard.output("stopped by \(number == SIGTERM ? "SIGTERM" : "SIGINT")")
                stop.signal()
            }
            source.resume()
            return source
        }
        return (stop, sources)
    }
}

/// What a listener serves.
enum Role: Sendable {
    case venue(SimulatedVenue)
    case control
}
