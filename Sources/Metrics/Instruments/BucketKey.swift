/// Where an observation belongs: its native bucket and its classic one, so that a single count serves both.
///
/// Each of the two kinds is derived from one reading of the same counts, and so they agree in every scrape.
struct BucketKey: Hashable {
    enum Sector: UInt64 { case zero, positive, negative }

    /// Never 0, which is what an empty slot holds.
    let bits: UInt64

    init(bits: UInt64) { self.bits = bits }

    @inline(__always)
    init(_ sector: Sector, index: Int, classic: Int) {
        let place = UInt64(truncatingIfNeeded: classic) &<< 3 | sector.rawValue &<< 1 | 1
        self.bits = UInt64(bitPattern: Int64(index)) &<< 16 | place
    }

    var sector: Sector { Sector(rawValue: self.bits >> 1 & 3) ?? .zero }
    /// The position of the classic bucket, `+Inf` last.
    var classic: Int { Int(self.bits >> 3 & 0x1FFF) }
    /// The native bucket, of the schema that the key was made for.
    var index: Int { Int(Int64(bitPattern: self.bits) >> 16) }

    /// The same place with buckets twice as wide.
    var coarser: BucketKey { BucketKey(self.sector, index: NativeScale.coarser(self.index), classic: self.classic) }
}
