"""The hall: what people do, each thing in one file. Flows join the rooms, yield progress and print nothing."""
