from django.apps import AppConfig


class ValueConfig(AppConfig):
    name = "reik.value"
    label = "value"
