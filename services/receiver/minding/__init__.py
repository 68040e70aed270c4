"""What runs beside the answers: the store is tended, readiness and silence are looked up."""
