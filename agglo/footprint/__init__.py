"""What a computation costs: meter, factor sets, the Green Algorithms formula, records and declarations."""
