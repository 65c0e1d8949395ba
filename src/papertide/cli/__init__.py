"""The terminal's door: one file a command, each parsing flags, calling one flow and showing what it gives."""
