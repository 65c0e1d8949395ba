"""Records to what people see. `console` owns stdout, stderr and the exit codes; the other files say what a thing looks like."""
