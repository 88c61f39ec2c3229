import Core
import Metrics

/// Exports the flow ledger and what is counted under its lock: one look at the channel per scrape.
enum FlowCollector {
    private enum Family: Int, CaseIterable {
        case frames, bytes, framesRejected, events, eventsRejected, timesBack
        case depth, capacity, depthMax, enqueued, dequeued, channelDropped
        case flowIn, flowOut, flowDropped, flowHeld, flowResidual
        case heartbeats

        var description: SampledFamily {
            switch self {
            case .frames:
                SampledFamily(
                    "arb1d_feed_frames_total",
                    kind: .counter,
                    help: "Data frames received whole.",
                    labels: ["venue"]
                )
            case .bytes:
                SampledFamily(
                    "arb1d_feed_bytes_total",
                    kind: .counter,
                    help: "Bytes of the data frames' payloads.",
                    labels: ["venue"]
                )
            case .framesRejected:
                SampledFamily(
                    "arb1d_feed_frames_rejected_total",
                    kind: .counter,
                    help: "Data frames that carried nothing we use, by reason.",
                    labels: ["venue", "reason"]
                )
            case .events:
                SampledFamily(
                    "arb1d_feed_events_total",
                    kind: .counter,
                    help:
                        "Events decoded, before any check; seeds come from REST book tickers, all others from frames.",
                    labels: ["venue", "kind"]
                )
            case .eventsRejected:
                SampledFamily(
                    "arb1d_feed_events_rejected_total",
                    kind: .counter,
                    help: "Decoded events that could not be used, by reason.",
                    labels: ["venue", "kind", "reason"]
                )
            case .timesBack:
                SampledFamily(
                    "arb1d_feed_exchange_times_backward_total",
                    kind: .counter,
                    help: "Accepted events whose exchange time lies before that of the instrument's last one.",
                    labels: ["venue", "kind"]
                )
            case .depth:
                SampledFamily(
                    "arb1d_channel_depth",
                    kind: .gauge,
                    help: "Elements that wait in the channel.",
                    labels: ["channel", "shard"]
                )
            case .capacity:
                SampledFamily(
                    "arb1d_channel_capacity",
                    kind: .gauge,
                    help: "Elements that the channel holds before it displaces the oldest.",
                    labels: ["channel", "shard"]
                )
            case .depthMax:
                SampledFamily(
                    "arb1d_channel_depth_max",
                    kind: .gauge,
                    help: "Most elements that waited at once in the last 60 s.",
                    labels: ["channel", "shard"]
                )
            case .enqueued:
                SampledFamily(
                    "arb1d_channel_enqueued_total",
                    kind: .counter,
                    help: "Elements put into the channel, by the venue that caused them.",
                    labels: ["channel", "venue"]
                )
            case .dequeued:
                SampledFamily(
                    "arb1d_channel_dequeued_total",
                    kind: .counter,
                    help: "Elements taken out of the channel.",
                    labels: ["channel", "venue"]
                )
            case .channelDropped:
                SampledFamily(
                    "arb1d_channel_dropped_total",
                    kind: .counter,
                    help: "Elements that the channel lost, by reason.",
                    labels: ["channel", "venue", "reason"]
                )
            case .flowIn: Self.stageCounter("arb1d_flow_in_total", "Elements that entered the stage.")
            case .flowOut: Self.stageCounter("arb1d_flow_out_total", "Elements that left the stage as they should.")
            case .flowDropped:
                SampledFamily(
                    "arb1d_flow_dropped_total",
                    kind: .counter,
                    help: "Elements that the stage dropped, by reason.",
                    labels: ["stage", "reason"]
                )
            case .flowHeld:
                SampledFamily(
                    "arb1d_flow_held",
                    kind: .gauge,
                    help: "Elements that wait in the stage, measured in its container.",
                    labels: ["stage"]
                )
            case .flowResidual:
                SampledFamily(
                    "arb1d_flow_residual",
                    kind: .gauge,
                    help: "Elements in, less out, dropped and held: 0 unless something was lost or doubled unseen.",
                    labels: ["stage"]
                )
            case .heartbeats:
                SampledFamily(
                    "arb1d_heartbeats_total",
                    kind: .counter,
                    help: "Synthetic elements sent through the pipeline, completed, and displaced.",
                    labels: ["shard", "result"]
                )
            }
        }

        private static func stageCounter(_ name: String, _ help: String) -> SampledFamily {
            SampledFamily(name, kind: .counter, help: help, labels: ["stage"])
        }
    }

    /// Registers the families of both channels and of all stages.
    ///
    /// `shards` is how many of the channel's lanes are told of by themselves: all, or fewer where what is exported must
    /// not depend on how many there are.
    static func register(in registry: Registry, sources: FlowSources, venues: [String], shards: Int = .max) {
        registry.collect(Family.allCases.map(\.description)) { sink in
            let (flow, updates) = sources.read()
            self.writeFeeds(flow, venues: venues, to: &sink)
            self.writeChannel(flow.whole, venues: venues, to: &sink)
            let sent = flow.feeds.last?.synthetic ?? 0
            for (shard, lane) in flow.shards.prefix(shards).enumerated() {
                self.writeLane(lane, "\(shard)", sent: sent, to: &sink)
            }
            self.writeUpdates(updates, venues: venues, to: &sink)
            self.writeStages(sources.stages(flow, updates), to: &sink)
        }
    }

    /// What a shard's lane of the raw channel has of its own; every heartbeat is sent to every shard.
    private static func writeLane(_ lane: ShardFlow, _ shard: String, sent: UInt64, to sink: inout SampleSink) {
        self.add(&sink, .depth, ["raw", shard], lane.depth)
        self.add(&sink, .capacity, ["raw", shard], lane.capacity)
        self.add(&sink, .depthMax, ["raw", shard], lane.depthMax)
        self.add(&sink, .heartbeats, [shard, "sent"], sent)
        self.add(&sink, .heartbeats, [shard, "completed"], lane.engine.heartbeats)
        self.add(&sink, .heartbeats, [shard, "displaced"], lane.displacedHeartbeats)
    }

    private static func writeFeeds(_ flow: FlowSnapshot, venues: [String], to sink: inout SampleSink) {
        for (venue, tally) in zip(venues, flow.feeds) {
            self.add(&sink, .frames, [venue], tally.framesIn)
            self.add(&sink, .bytes, [venue], tally.bytes)
            for reason in FrameDropReason.allCases {
                self.add(&sink, .framesRejected, [venue, reason.label], tally.framesDropped(reason))
            }
            self.add(&sink, .timesBack, [venue, EventKind.quote.label], tally.quoteTimesBack)
            self.add(&sink, .timesBack, [venue, EventKind.trade.label], tally.tradeTimesBack)
            for kind in EventKind.allCases {
                self.add(&sink, .events, [venue, kind.label], tally.events(kind))
                for reason in RejectReason.allCases {
                    self.add(&sink, .eventsRejected, [venue, kind.label, reason.label], tally.rejected(kind, reason))
                }
            }
        }
    }

    private static func writeChannel(_ flow: ShardFlow, venues: [String], to sink: inout SampleSink) {
        for (index, venue) in venues.enumerated() {
            self.add(&sink, .enqueued, ["raw", venue], flow.enqueued[index])
            self.add(&sink, .dequeued, ["raw", venue], flow.dequeued[index])
            self.add(&sink, .channelDropped, ["raw", venue, "displaced"], flow.displaced[index])
            self.add(&sink, .channelDropped, ["raw", venue, "conflated"], flow.conflated[index])
            self.add(&sink, .channelDropped, ["raw", venue, "finished"], flow.refused[index])
        }
    }

    private static func writeUpdates(_ flow: UpdateFlow, venues: [String], to sink: inout SampleSink) {
        self.add(&sink, .depth, ["update", "0"], flow.depth)
        self.add(&sink, .capacity, ["update", "0"], flow.capacity)
        self.add(&sink, .depthMax, ["update", "0"], flow.depthMax)
        for (index, venue) in venues.enumerated() {
            self.add(&sink, .enqueued, ["update", venue], flow.enqueued[index])
            self.add(&sink, .dequeued, ["update", venue], flow.dequeued[index])
            self.add(&sink, .channelDropped, ["update", venue, "displaced"], flow.displaced[index])
        }
    }

    private static func writeStages(_ stages: [FlowSources.Stage], to sink: inout SampleSink) {
        for stage in stages {
            self.add(&sink, .flowIn, [stage.name], stage.terms.into)
            self.add(&sink, .flowOut, [stage.name], stage.terms.out)
            for (reason, count) in stage.terms.dropped {
                self.add(&sink, .flowDropped, [stage.name, reason], count)
            }
            self.add(&sink, .flowHeld, [stage.name], stage.terms.held)
            sink.add(Family.flowResidual.rawValue, [stage.name], Double(stage.residual))
        }
    }

    private static func add(_ sink: inout SampleSink, _ family: Family, _ labels: [String], _ value: UInt64) {
        sink.add(family.rawValue, labels, value)
    }
}
