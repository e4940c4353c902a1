"""Django's SQLite, whose new files can become smaller again."""
