import Metrics
import Pipeline

/// One scrape's body of so many samples, whose values change from one render to the next.
enum RenderRow {
    static func run(samples: Int, runs: Int, mix: String, format: String) {
        guard let mix = RenderSubject.Mix(rawValue: mix),
            let format = ExpositionFormat.allCases.first(where: { $0.label == format })
        else { preconditionFailure("mixes: gauges, mixed, sampled; formats: text, openmetrics, protobuf") }
        let subject = RenderSubject(samples: samples, mix: mix)
        // What one render needs: a second one while the first has its memory.
        var (bytes, grown) = (0, 0.0)
        subject.render(format) {
            Measure.resetPeakMemory()
            let before = Measure.memory("VmRSS")
            bytes = subject.render(format)
            grown = Measure.memory("VmHWM") - before
        }
        let lines = subject.lineCount
        var (wall, cpu) = ([Double](), [Double]())
        for run in 1...runs {
            subject.change(run)
            let begun = (Measure.wall(), Measure.threadCPU())
            bytes = subject.render(format)
            cpu.append(Measure.threadCPU() - begun.1)
            wall.append(Measure.wall() - begun.0)
        }
        Report.line(
            "arb1d render",
            [
                ("samples", Double(lines)), ("bytes", Double(bytes)), ("wall_ms", Measure.median(wall) * 1e3),
                ("us_cpu_per_op", Measure.median(cpu) / Double(lines) * 1e6),
                ("grown_per_body", grown * 1e6 / Double(bytes)),
            ]
        )
    }
}
