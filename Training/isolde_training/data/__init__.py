"""What runs hear: recordings, rooms, noises, and the mixtures made of them."""
