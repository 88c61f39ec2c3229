enum PlaceholderHealth {}
