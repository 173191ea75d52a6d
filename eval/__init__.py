"""The fixed questions, the measures, the report and the gate."""
