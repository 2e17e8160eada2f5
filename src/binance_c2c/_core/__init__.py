"""The parts that both clients are made of: keys and signatures, connections, limits, and the life of a call."""
