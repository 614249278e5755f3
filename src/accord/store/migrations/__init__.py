"""Migrations, one line of them per database."""
