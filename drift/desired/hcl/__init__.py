"""The configuration: parsed, evaluated, and expanded into what it desires."""
