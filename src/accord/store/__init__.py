"""Where state is kept: SQLite by default, PostgreSQL by URL; tables and their migrations."""
