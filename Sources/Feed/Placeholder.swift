enum PlaceholderFeed {}
