"""What the dispenser brings: dashboard, assumptions, terms, reproduction, turnover, measurement plan, reports."""
