"""The domain as a Django app."""

from django.apps import AppConfig


class PlanesConfig(AppConfig):
    name = "planes"
    default_auto_field = "django.db.models.BigAutoField"
