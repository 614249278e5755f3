"""Reads what is said: voice activity first, then Whisper on CTranslate2 with a time for every word."""
