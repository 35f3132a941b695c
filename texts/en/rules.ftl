# What the rules say. One section per rule, in the order of RULES.
