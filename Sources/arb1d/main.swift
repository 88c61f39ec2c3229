print("arb1d")
