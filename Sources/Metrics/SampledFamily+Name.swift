extension SampledFamily {
    public var name: String { self.description.name }
}
