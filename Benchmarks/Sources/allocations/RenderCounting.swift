import CAllocations
import Metrics
import Pipeline

enum RenderCounting {
    static let cases: [(RenderSubject.Mix, ExpositionFormat)] =
        [.mixed, .sampled].flatMap { mix in ExpositionFormat.allCases.map { (mix, $0) } }

    /// Ten scrapes with other values each, after two that make what is kept.
    static func run(samples: Int, mix: RenderSubject.Mix, format: ExpositionFormat) -> UInt {
        let subject = RenderSubject(samples: samples, mix: mix)
        for run in 0..<2 {
            subject.change(run)
            _ = subject.render(format)
        }
        let begun = arb1d_allocation_count()
        for run in 2..<12 {
            subject.change(run)
            _ = subject.render(format)
        }
        return arb1d_allocation_count() - begun
    }
}
