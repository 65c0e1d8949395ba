"""What deserves to be read first, and the sentence that says why. `order` needs no decisions; `sentence` picks one."""
