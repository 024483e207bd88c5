"""Training data: recordings, rooms, noises, and the mixtures made from them."""
