"""What speed and memory are measured with; ratios within one run, as machines differ."""
