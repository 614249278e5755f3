"""The gateway: model protocols in, the guard both ways, upstreams out."""
