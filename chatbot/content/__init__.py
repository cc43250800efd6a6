"""YAML to protocol: positions, guard, schema, checks, digest. The only room that knows YAML or pydantic."""
