from django.apps import AppConfig


class PathwayConfig(AppConfig):
    name = "reik.pathway"
    label = "pathway"
