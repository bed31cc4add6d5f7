"""The parts that setting an App up consists of."""
